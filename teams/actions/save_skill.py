"""What agents can be good at: for those who manage teams."""

from collections.abc import Iterable
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from hummdesk.clean_text import clean_line
from hummdesk.events.publishing import action, publish
from teams.access import Viewer
from teams.errors import FieldRefused, NameTaken
from teams.events import SkillChanged
from teams.models import Skill
from teams.queries.skills import get_skill, skills_named

SKILL_NAME_MAX_LENGTH = 60


@action
def add_skill(*, viewer: Viewer, name: str) -> tuple[Skill, bool]:
    """Return the skill of this name, whatever its case, and whether it is new.

    Raises: PermissionDenied, ValidationFailed.
    """
    viewer.require(Permission.MANAGE_TEAMS)
    name = clean_skill_name(name)
    found = skills_named([name]).get(name.lower())
    return (found, False) if found else (skills_of_names([name])[0], True)


@action
def rename_skill(*, viewer: Viewer, skill_id: UUID, name: str) -> Skill:
    """The skill has this name wherever it is asked for.

    Locks it. Raises: PermissionDenied, NotFound, ValidationFailed, NameTaken. Publishes: SkillChanged.
    """
    viewer.require(Permission.MANAGE_TEAMS)
    skill = get_skill(skill_id, lock=True)
    before, skill.name = skill.name, clean_skill_name(name)
    if skill.name == before:
        return skill
    if Skill.objects.filter(name__iexact=skill.name).exclude(pk=skill.pk).exists():
        raise NameTaken
    try:
        with transaction.atomic():
            skill.save(update_fields=["name"])
    except IntegrityError as error:
        raise NameTaken from error
    publish(SkillChanged(actor=viewer.actor, skill_id=skill.id, name_before=before, name=skill.name))
    return skill


@action
def delete_skill(*, viewer: Viewer, skill_id: UUID) -> None:
    """The skill is gone, also from every agent who had it.

    Locks it. Raises: PermissionDenied, NotFound, SkillInUse. Publishes: SkillChanged.
    """
    viewer.require(Permission.MANAGE_TEAMS)
    skill = get_skill(skill_id, lock=True)
    publish(SkillChanged(actor=viewer.actor, skill_id=skill.id, name_before=skill.name, name=None))
    skill.delete()


def skills_of_names(names: Iterable[str]) -> list[Skill]:
    """Return the skills of these clean names in their order, making those that are missing; inside an action."""
    wanted = list(names)
    found = skills_named(wanted)
    missing = [Skill(name=name) for name in wanted if name.lower() not in found]
    if missing:
        Skill.objects.bulk_create(missing, ignore_conflicts=True)
        found = skills_named(wanted)
    return [found[name.lower()] for name in wanted]


def clean_skill_name(name: str, *, field: str = "name") -> str:
    """Return the name on one line. Raises: ValidationFailed, naming `field`."""
    cleaned = clean_line(name, SKILL_NAME_MAX_LENGTH + 1)
    if not 0 < len(cleaned) <= SKILL_NAME_MAX_LENGTH:
        raise FieldRefused(field, _("Use 1 to %(count)d characters.") % {"count": SKILL_NAME_MAX_LENGTH})
    return cleaned
