"""Which status may become which, and who may bring it about: the one table (docs/conversations.md)."""

from collections.abc import Mapping
from enum import StrEnum

from conversations.enums import Status
from hummdesk.events.actor import ActorKind


class Mover(StrEnum):
    """Who gives a conversation another status."""

    AGENT = "agent"
    CUSTOMER = "customer"
    CLOCK = "clock"
    SYSTEM = "system"


_ANY = frozenset(Status)
Transitions = Mapping[Status, frozenset[Status]]

_BY_AGENTS: Transitions = {
    Status.OPEN: _ANY,
    Status.PENDING: _ANY,
    Status.SNOOZED: _ANY,
    Status.RESOLVED: _ANY,
    # What is closed is put away: it has to be opened again before it can sleep.
    Status.CLOSED: _ANY - {Status.SNOOZED},
}
TRANSITIONS: Mapping[Mover, Transitions] = {
    Mover.AGENT: _BY_AGENTS,
    # Whatever it was, a customer who writes wants an answer; what is lost is worse than what is reopened.
    Mover.CUSTOMER: dict.fromkeys(Status, frozenset({Status.OPEN})),
    Mover.CLOCK: {Status.SNOOZED: frozenset({Status.OPEN})},
    # Merges close, and their undo gives back whatever there was.
    Mover.SYSTEM: dict.fromkeys(Status, frozenset({Status.CLOSED})) | {Status.CLOSED: _ANY},
}

# The cause of an event of the log → who moved it; without a cause it is the actor's own wish.
MOVER_OF_CAUSE: Mapping[str, Mover] = {
    "woken": Mover.CLOCK,
    "customer_wrote": Mover.CUSTOMER,
    "merged": Mover.SYSTEM,
    "unmerged": Mover.SYSTEM,
}


def can_become(before: str, after: str, *, cause: str = "", actor_kind: str = ActorKind.AGENT) -> bool:
    """Return whether the status may change so. To stay as it is is always allowed.

    Machines that act for the account (rules, the AI) may do what agents may.
    """
    mover = MOVER_OF_CAUSE.get(cause) or (Mover.CUSTOMER if actor_kind == ActorKind.CONTACT else Mover.AGENT)
    allowed = TRANSITIONS[mover].get(Status(before), frozenset())
    return before == after or Status(after) in allowed
