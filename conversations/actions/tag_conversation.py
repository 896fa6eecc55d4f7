"""Tags on a conversation."""

from django.utils.translation import gettext as _

from conversations.actions.save_tag import find_or_create_tags
from conversations.events import ConversationTagsChanged
from conversations.models import Conversation, ConversationTag, Tag
from conversations.queries.changes import MOST_TAGS, CheckedChanges, fault_in
from hummdesk.events.actor import Actor


def retag(conversation: Conversation, changes: CheckedChanges, *, actor: Actor) -> ConversationTagsChanged | None:
    """Put tags on the locked conversation and take others off; return what is to be published, None if none differs.

    Raises: ValidationFailed when it would have too many.
    """
    if not {"tags", "add_tags", "remove_tags"} & set(changes):
        return None
    before = {tag.name.lower(): tag for tag in conversation.tags.all()}
    after = _words_after(before, changes)
    if len(after) > MOST_TAGS:
        raise fault_in("tags", _("Use at most %(count)d tags.") % {"count": MOST_TAGS})
    # In one order, so that two actions that make the same tags wait for each other and no more.
    named = find_or_create_tags([name for word, name in sorted(after.items()) if word not in before])
    # Words that Python tells apart may be one tag to the database, such as those that end in σ and ς.
    come = [tag for tag in dict.fromkeys(named) if tag not in before.values()]
    gone = [tag for word, tag in before.items() if word not in after and tag not in named]
    if not gone and not come:
        return None
    ConversationTag.objects.filter(conversation=conversation, tag__in=gone).delete()
    ConversationTag.objects.bulk_create(ConversationTag(conversation=conversation, tag=tag) for tag in come)
    return ConversationTagsChanged(
        actor=actor,
        conversation_id=conversation.id,
        added=tuple(tag.name for tag in come),
        removed=tuple(tag.name for tag in gone),
    )


def _words_after(before: dict[str, Tag], changes: CheckedChanges) -> dict[str, str]:
    """Return the tags that are to be there: names by their lower case."""
    names = changes.get("tags", [tag.name for tag in before.values()])
    after = {name.lower(): name for name in [*names, *changes.get("add_tags", [])]}
    for name in changes.get("remove_tags", []):
        after.pop(name.lower(), None)
    return after
