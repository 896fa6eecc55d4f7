"""The head of the open thread: its name, what can be done to it, and what stands over it."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from conversations.enums import Folder, Status
from conversations.models import Conversation
from conversations.queries.thread import ThreadState
from conversations.views.place import InboxPlace
from conversations.views.shapes.shape import moment
from teams.access import Viewer


@dataclass(frozen=True)
class Banner:
    """A line under the head; its button posts `name`=`value`, or its link goes elsewhere."""

    icon: str
    text: str
    label: str = ""
    name: str = ""
    value: str = ""
    link_url: str = ""


@dataclass(frozen=True)
class ThreadHead:
    """What the head shows; `may_write` is whether its buttons are there at all."""

    number: int
    subject: str
    query: str
    back_url: str
    link_url: str
    merge_url: str
    is_resolved: bool
    is_mine: bool
    is_following: bool
    is_merged: bool
    may_write: bool
    folder: str
    banners: tuple[Banner, ...]


def thread_head(conversation: Conversation, viewer: Viewer, place: InboxPlace, state: ThreadState) -> ThreadHead:
    """Return the head of a conversation."""
    number = conversation.display_id
    return ThreadHead(
        number=number,
        subject=conversation.subject,
        query=urlencode(place.query),
        back_url=place.list_url,
        link_url=reverse("conversation-detail", args=[number]),
        merge_url=place.conversation_url(number, "conversation-merge"),
        is_resolved=conversation.is_finished,
        is_mine=conversation.assignee_id == viewer.id,
        is_following=state.is_following,
        is_merged=conversation.merged_into_id is not None,
        may_write=viewer.can(Permission.REPLY),
        folder=conversation.folder,
        banners=tuple(_banners(conversation, place, state)),
    )


def _banners(conversation: Conversation, place: InboxPlace, state: ThreadState) -> list[Banner]:
    banners = []
    if state.merged_into is not None:
        text = _("Merged into #%(number)d") % {"number": state.merged_into}
        url = place.conversation_url(state.merged_into)
        banners.append(Banner("merge", text, _("Open #%(number)d") % {"number": state.merged_into}, link_url=url))
    if conversation.status == Status.SNOOZED:
        banners.append(Banner("alarm-clock", _snooze_text(conversation), _("Wake"), "status", Status.OPEN.value))
    if conversation.folder == Folder.SPAM:
        banners.append(Banner("ban", _("Spam"), _("Not spam"), "folder", Folder.INBOX.value))
    if conversation.folder == Folder.TRASH:
        banners.append(Banner("trash-2", _("In the trash"), _("Restore"), "folder", Folder.INBOX.value))
    return banners


def _snooze_text(conversation: Conversation) -> str:
    if conversation.snoozed_until is None:
        return _("Snoozed until the customer writes")
    return _("Snoozed until %(moment)s") % {"moment": moment(conversation.snoozed_until)}
