"""What conversations are about: for those who manage teams."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from conversations.actions.rule_uses import require_unused_by_rules
from conversations.errors import CategoryInUse
from conversations.events import CategoryChanged
from conversations.models import Category, CategorySkill
from conversations.queries.categories import conversations_about, get_category
from conversations.rules.fields import FieldType
from hummdesk.clean_text import clean_line
from hummdesk.errors import ValidationFailed
from hummdesk.events.publishing import action, publish
from hummdesk.versions import require_version
from teams.access import Viewer
from teams.actions.save_skill import clean_skill_name, skills_of_names
from teams.agent_fields import LEVEL_LEAST, LEVEL_MOST, SkillLevel
from teams.errors import FieldRefused, NameTaken, SkillInUse
from teams.models import Team
from teams.slugs import free_slug

CATEGORY_NAME_MAX_LENGTH = 60
NEEDED_SKILLS_MOST = 10


@action
def create_category(*, viewer: Viewer, fields: Mapping[str, Any]) -> Category:
    """There is a new category. Keys of `fields`: name, team_id (who serves it), skills (`(name, level)` it needs).

    Raises: PermissionDenied, ValidationFailed, NameTaken. Publishes: CategoryChanged.
    """
    viewer.require(Permission.MANAGE_TEAMS)
    name = _clean_name(fields.get("name", ""))
    category = Category(name=name, slug=free_slug(Category, name))
    _set(category, {**fields, "name": name})
    publish(CategoryChanged(actor=viewer.actor, category_id=category.id, changed=("name",)))
    return category


@action
def change_category(
    *, viewer: Viewer, category_id: UUID, changes: Mapping[str, Any], version: int | None = None
) -> Category:
    """The category is as the changes say; their keys are those of `create_category`. Its slug stays.

    Locks it. Raises: PermissionDenied, NotFound, ChangedMeanwhile for another `version`, ValidationFailed, NameTaken.
    Publishes: CategoryChanged if anything differs.
    """
    viewer.require(Permission.MANAGE_TEAMS)
    category = get_category(category_id, lock=True)
    require_version(version, category.version)
    if "name" in changes:
        changes = {**changes, "name": _clean_name(changes["name"])}
    changed = _set(category, changes)
    if changed:
        publish(CategoryChanged(actor=viewer.actor, category_id=category.id, changed=tuple(changed)))
    return category


@action
def delete_category(*, viewer: Viewer, category_id: UUID) -> None:
    """The category is gone, unless conversations are about it or a rule names it.

    Locks it. Raises: PermissionDenied, NotFound, CategoryInUse, UsedByRules. Publishes: CategoryChanged.
    """
    viewer.require(Permission.MANAGE_TEAMS)
    category = get_category(category_id, lock=True)
    if conversations_about(category_id):
        raise CategoryInUse
    require_unused_by_rules(FieldType.CATEGORY, category.slug)
    category.delete()
    publish(CategoryChanged(actor=viewer.actor, category_id=category_id, changed=("deleted",)))


@action
def serve_categories(*, team_id: UUID | str, category_ids: Sequence[str] | None, **_rest: object) -> None:
    """The team serves these categories and no others; None: what it served before. Raises: ValidationFailed."""
    if category_ids is None:
        return
    if Category.objects.filter(id__in=category_ids).count() != len(set(category_ids)):
        raise FieldRefused("category_ids", _("There is no such category."))
    Category.objects.filter(team_id=team_id).exclude(id__in=category_ids).update(team=None)
    Category.objects.filter(id__in=category_ids).update(team_id=team_id)


@action
def keep_needed_skill(*, skill_id: UUID | str, name: str | None, **_rest: object) -> None:
    """A skill that goes is needed by no category. Raises: SkillInUse."""
    if name is not None:
        return
    needing = Category.objects.filter(skills__skill_id=skill_id).order_by("name")
    if needing:
        raise SkillInUse([category.name for category in needing])


def _set(category: Category, given: Mapping[str, Any]) -> list[str]:
    """The category has the values; returns the names of those that differ. Raises: ValidationFailed, NameTaken."""
    is_new = category._state.adding
    changed = [name for name in ("name", "team_id") if name in given and getattr(category, name) != given[name]]
    team_id = given.get("team_id")
    if team_id is not None and not Team.objects.filter(pk=team_id).exists():
        raise FieldRefused("team_id", _("There is no such team."))
    for name in changed:
        setattr(category, name, given[name])
    levels = _levels(given["skills"]) if "skills" in given else None
    if changed or is_new:
        _save(category)
    if levels is not None and levels != dict(category.skills.values_list("skill_id", "min_level")):
        category.skills.all().delete()
        CategorySkill.objects.bulk_create(
            CategorySkill(category=category, skill_id=skill_id, min_level=level) for skill_id, level in levels.items()
        )
        changed.append("skills")
    if changed and not is_new:
        category.version += 1
        category.save(update_fields=["version"])
    return changed


def _levels(given: Sequence[SkillLevel]) -> dict[UUID, int]:
    names = [clean_skill_name(one.name, field="skills") for one in given]
    if len({name.lower() for name in names}) < len(names):
        raise FieldRefused("skills", _("Name each skill once."))
    if len(names) > NEEDED_SKILLS_MOST:
        raise FieldRefused("skills", _("Use at most %(count)d skills.") % {"count": NEEDED_SKILLS_MOST})
    if any(not LEVEL_LEAST <= one.level <= LEVEL_MOST for one in given):
        raise FieldRefused("skills", _("A level goes from 1 to 5."))
    return {skill.id: one.level for skill, one in zip(skills_of_names(names), given, strict=True)}


def _clean_name(given: Any) -> str:
    name = clean_line(str(given), CATEGORY_NAME_MAX_LENGTH + 1)
    if not 0 < len(name) <= CATEGORY_NAME_MAX_LENGTH:
        text = _("Use 1 to %(count)d characters.") % {"count": CATEGORY_NAME_MAX_LENGTH}
        raise ValidationFailed(errors={"name": [text]})
    return name


def _save(category: Category) -> None:
    if Category.objects.filter(name__iexact=category.name).exclude(pk=category.pk).exists():
        raise NameTaken
    try:
        with transaction.atomic():
            category.save()
    except IntegrityError as error:
        raise NameTaken from error
