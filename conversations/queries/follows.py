"""Which conversations an agent wants to hear of."""

from collections.abc import Sequence

from conversations.access import visible_conversations, with_any_id
from conversations.models import ConversationFollow
from teams.access import Viewer


def follows_all(viewer: Viewer, ids: Sequence[str]) -> bool:
    """Return whether the viewer follows every one of the conversations that they may see. Two queries."""
    seen = set(visible_conversations(viewer).filter(with_any_id(ids)).values_list("id", flat=True))
    rows = ConversationFollow.objects.filter(agent=viewer.agent, conversation_id__in=seen)
    return seen == set(rows.values_list("conversation_id", flat=True))
