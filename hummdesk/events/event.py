"""What an event class is."""

from dataclasses import dataclass, fields
from typing import Any, ClassVar
from uuid import UUID

from hummdesk.events.actor import Actor

Scalar = str | int | float | bool | None
# What stands in the log: a scalar, several of one kind (ids, names), or scalars by name.
Value = Scalar | list[Scalar] | dict[str, Scalar]


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that has happened: ids and scalars, and tuples of them, never a model, HTML, an address or a text.

    `live_type` is the type of the nudge that sockets get (API.md "Live updates"), None for no nudge.
    `object_field` names the field whose id the timeline is keyed by.
    """

    live_type: ClassVar[str | None] = None
    object_field: ClassVar[str] = "conversation_id"

    actor: Actor

    @classmethod
    def type_name(cls) -> str:
        """Return the name under which the log keeps this event."""
        return cls.__name__

    def object_id(self) -> UUID | None:
        """Return the id of what this event is about."""
        found = getattr(self, self.object_field, None)
        return found if isinstance(found, UUID) else None

    def data(self) -> dict[str, Value]:
        """Return the fields but the actor, ids as strings: what the log stores and tasks receive."""
        return {each.name: _stored(getattr(self, each.name)) for each in fields(self) if each.name != "actor"}


def _stored(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return [_stored(one) for one in value] if isinstance(value, tuple) else value
