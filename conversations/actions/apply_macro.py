"""A macro does its work."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.permissions import Permission
from conversations.actions.change_conversation import apply_changes
from conversations.actions.change_conversations import Changed
from conversations.actions.write_message import add_note, send_reply
from conversations.events import MacroApplied
from conversations.macro_actions import MacroText, MacroUser, macro_changes
from conversations.models import Conversation, Macro
from conversations.queries.changes import CheckedChanges, checked_changes
from conversations.queries.macros import conversations_for_macro, texts_in
from conversations.queries.sharing import get_shared
from hummdesk.errors import DomainError, NotFound
from hummdesk.events.publishing import action, publish
from teams.access import Viewer


@action
def apply_macro(*, viewer: Viewer, macro_id: UUID, conversation_ids: Sequence[str]) -> Sequence[Changed]:
    """In each conversation, named by id or display_id, the macro has done all it does or nothing; in the order asked.

    It writes before it changes anything, so that it may give away what it writes in. A conversation that is named
    twice is worked on once. Those that the viewer may not see are NotFound.

    Locks the conversations in the order of their ids, then the macro.
    Raises: NotFound for the macro, PermissionDenied, ValidationFailed where it names what is not there any more.
    Publishes: MacroApplied, and what its actions publish.
    """
    viewer.require(Permission.REPLY)
    macro = get_shared(viewer, Macro, macro_id)
    changes = checked_changes(macro_changes(macro.actions, user=MacroUser(viewer.id, timezone.now())))
    locked = list(conversations_for_macro(viewer, conversation_ids).select_for_update(of=("self",)))
    by_word = {word: row for row in locked for word in (str(row.id), str(row.display_id))}
    results: dict[str, Changed] = {}
    for word in conversation_ids:
        row = by_word.get(word.lower())
        if row is None:
            results[word] = Changed(word, None, NotFound())
        elif str(row.id) not in results:
            results[str(row.id)] = _applied(viewer, macro, row, changes, word=word)
    if done_count := sum(one.error is None for one in results.values()):
        Macro.objects.filter(id=macro.id).update(usage_count=F("usage_count") + done_count)
    return list(results.values())


def _applied(
    viewer: Viewer, macro: Macro, conversation: Conversation, changes: CheckedChanges, *, word: str
) -> Changed:
    try:
        with transaction.atomic():
            _apply(viewer, macro, conversation, changes)
    except DomainError as error:
        return Changed(word, conversation.id, error)
    return Changed(word, conversation.id)


# An action, so that the events of a conversation that fails go with what was done in it.
@action
def _apply(viewer: Viewer, macro: Macro, conversation: Conversation, changes: CheckedChanges) -> None:
    publish(MacroApplied(actor=viewer.actor, conversation_id=conversation.id, macro_id=macro.id))
    texts = texts_in(macro, conversation, viewer)
    for text in texts:
        _write(viewer, conversation.id, text)
    if texts:
        # They were written to another copy of the row.
        conversation.refresh_from_db(fields=[field.attname for field in conversation._meta.concrete_fields])
    apply_changes(conversation, changes, actor=viewer.actor)


def _write(viewer: Viewer, conversation_id: UUID, text: MacroText) -> None:
    if text.kind == "reply":
        send_reply(viewer=viewer, conversation_id=conversation_id, body_text=text.text)
    else:
        add_note(viewer=viewer, conversation_id=conversation_id, body_text=text.text)
