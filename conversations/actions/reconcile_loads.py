"""The load of every agent, counted once more."""

from collections.abc import Sequence

from accounts.permissions import Permission
from conversations.queries.loads import Correction, correct_loads
from hummdesk.events.actor import Actor
from hummdesk.events.publishing import action, publish
from hummdesk.logs import logger
from teams.access import Viewer
from teams.events import LoadCorrected


@action
def reconcile_loads(*, actor: Actor) -> Sequence[Correction]:
    """Every agent's load is what they have in hand; returns what differed, nothing as long as all is well.

    Locks the log. Publishes: LoadCorrected for each that differed.
    """
    corrections = correct_loads()
    for one in corrections:
        logger.error("load_was_wrong", agent_id=str(one.agent_id), before=one.before, after=one.after)
        publish(LoadCorrected(actor=actor, agent_id=one.agent_id, load_before=one.before, load=one.after))
    return corrections


def reconcile_loads_for(viewer: Viewer) -> Sequence[Correction]:
    """The same at an admin's wish. Raises: PermissionDenied."""
    viewer.require(Permission.MANAGE_TEAMS)
    return reconcile_loads(actor=viewer.actor)
