"""The form of filters: each field with its options."""

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from conversations.enums import Channel, Folder, Priority, SlaState, Status
from conversations.forms import list_orders
from conversations.queries.filter_choices import FilterChoices
from conversations.views.shapes.lists import filter_names
from conversations.views.shapes.shape import Shape

Options = Sequence[tuple[str, str]]
_SEVERAL = ("status", "priority", "channel")


def filter_fields(filters: Mapping[str, str], ordering: str, choices: FilterChoices) -> list[Shape]:
    """Return the fields in order: {name, label, several, options [{value, label, is_chosen}]}."""
    anyone, nobody = ("me", _("Me")), ("none", _("Nobody"))
    options: dict[str, Options] = {
        "status": _options(Status),
        "assignee_id": [anyone, nobody, *choices.agents],
        "team_id": [("none", _("None")), *choices.teams],
        "tag": _with_current(choices.tags, filters.get("tag", "")),
        "category": [("none", _("None")), *choices.categories],
        "priority": _options(Priority),
        "channel": _options(Channel),
        "sla": _options(SlaState),
        "unread": [("true", _("Unread")), ("false", _("Read"))],
        "folder": _options(Folder),
    }
    names = filter_names()
    fields = [_field(name, names[name], options[name], filters.get(name, "")) for name in options]
    return [*fields, _field("ordering", _("Order"), list(list_orders().items()), ordering)]


def kept_filters(filters: Mapping[str, str], text: str) -> list[tuple[str, str]]:
    """Return the filters that the form has no field for, to be sent on as they are."""
    kept = ("contact_id", "created_after", "created_before", "updated_after", "updated_before")
    return [(name, filters[name]) for name in kept if name in filters] + ([("q", text)] if text else [])


def _field(name: str, label: str, options: Options, value: str) -> Shape:
    chosen = value.split(",") if name in _SEVERAL else [value]
    return {
        "name": name,
        "label": label,
        "several": name in _SEVERAL,
        "options": [{"value": word, "label": text, "is_chosen": word in chosen} for word, text in options],
    }


def _options(choices: type[TextChoices]) -> Options:
    return [(value, str(label)) for value, label in choices.choices]


def _with_current(options: Options, value: str) -> Options:
    """A value that is not among the options, such as two tags, can be kept."""
    return options if not value or value in _values(options) else [(value, value.replace(",", _(" or "))), *options]


def _values(options: Options) -> Iterable[str]:
    return {value for value, _label in options}
