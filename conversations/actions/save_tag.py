"""The words that agents sort conversations by."""

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from operator import or_
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from conversations.actions.rule_uses import rename_tag_in_rules, require_unused_by_rules
from conversations.events import TagChanged
from conversations.models import Tag
from conversations.queries.rules import lock_rules
from conversations.rules.fields import FieldType
from hummdesk.errors import Conflict, NotFound, ValidationFailed
from hummdesk.events.publishing import action, publish
from teams.access import Viewer

TAG_MAX_LENGTH = 50


@action
def find_or_create_tags(names: Iterable[str]) -> Sequence[Tag]:
    """Return the tags of these names, each once, in the order given; those that are not there are made.

    Case and outer space make no difference. Survives two makers at once. At most three queries.
    Raises: ValidationFailed for a name that is empty or over 50 characters.
    """
    wanted: dict[str, str] = {}
    for name in map(clean_tag_name, names):
        wanted.setdefault(name.upper(), name)
    found = _tags_by_key(wanted)
    missing = [Tag(name=name) for key, name in wanted.items() if key not in found]
    if missing:
        Tag.objects.bulk_create(missing, ignore_conflicts=True)
        found = _tags_by_key(wanted)
    # The database's idea of a capital may differ from Python's.
    return [found.get(key) or Tag.objects.get(name__iexact=name) for key, name in wanted.items()]


@action
def save_tag(*, viewer: Viewer, name: str) -> tuple[Tag, bool]:
    """Return the tag of this name, and whether it is new. Raises: PermissionDenied, ValidationFailed."""
    viewer.require(Permission.REPLY)
    found = Tag.objects.filter(name__iexact=clean_tag_name(name)).first()
    return (found, False) if found else (find_or_create_tags([name])[0], True)


@action
def rename_tag(*, viewer: Viewer, tag_id: UUID, name: str) -> Tag:
    """The tag has this name, wherever it hangs.

    Raises: NotFound, PermissionDenied, ValidationFailed, Conflict. Publishes: TagChanged if it had another.
    """
    tag = _locked_tag(viewer, tag_id)
    before, tag.name = tag.name, clean_tag_name(name)
    if tag.name == before:
        return tag
    try:
        with transaction.atomic():
            tag.save(update_fields=["name"])
    except IntegrityError as error:
        raise Conflict(_("There is another tag of this name.")) from error
    rename_tag_in_rules(tag, before)
    publish(TagChanged(actor=viewer.actor, tag_id=tag.id, name_before=before, name=tag.name))
    return tag


@action
def delete_tag(*, viewer: Viewer, tag_id: UUID) -> None:
    """The tag is gone, also from every conversation that had it.

    Raises: NotFound, PermissionDenied, UsedByRules. Publishes: TagChanged.
    """
    tag = _locked_tag(viewer, tag_id)
    require_unused_by_rules(FieldType.TAG, tag.name)
    tag.delete()
    publish(TagChanged(actor=viewer.actor, tag_id=tag_id, name_before=tag.name, name=None))


def clean_tag_name(name: str) -> str:
    """Return the name on one line, without outer space. Raises: ValidationFailed."""
    name = " ".join(name.split())
    if not name or len(name) > TAG_MAX_LENGTH:
        text = _("The name of a tag has 1 to %(count)d characters.") % {"count": TAG_MAX_LENGTH}
        raise ValidationFailed(errors={"name": [text]})
    return name


def _locked_tag(viewer: Viewer, tag_id: UUID) -> Tag:
    # Before the tag, as whoever saves a rule does.
    lock_rules()
    tag = Tag.objects.select_for_update().filter(id=tag_id).first()
    if tag is None:
        raise NotFound
    viewer.require(Permission.MANAGE_TEMPLATES)
    return tag


def _tags_by_key(wanted: Mapping[str, str]) -> dict[str, Tag]:
    if not wanted:
        return {}
    named = reduce(or_, (Q(name__iexact=name) for name in wanted.values()))
    return {tag.name.upper(): tag for tag in Tag.objects.filter(named)}
