"""For operators: mail that is for nobody here, or cannot be had, and what became of mail to those who sign in."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin import ReadOnlyAdmin
from email_channel.provider.actions.send_system_mail import hasten_system_mail
from email_channel.provider.actions.settle_event import look_again
from email_channel.provider.models import ProviderEvent, SystemMail
from email_channel.provider.tasks import hint_at_work


@admin.register(ProviderEvent)
class ProviderEventAdmin(ReadOnlyAdmin):
    list_display = ["occurred_at", "type", "state", "account", "recipients", "error", "attempt_count"]
    list_filter = ["state", "type"]
    list_select_related = ["account"]
    search_fields = ["=object_id", "=event_id"]
    ordering = ["-received_at"]
    show_full_result_count = False
    actions = ["look_again_at"]

    @admin.display(description=_("to"))
    def recipients(self, event: ProviderEvent) -> str:
        """Return whom the mail is for, the first three."""
        data: Any = event.payload.get("data")
        named = data.get("to") if isinstance(data, dict) else None
        return ", ".join(map(str, named[:3])) if isinstance(named, list) else ""

    @admin.action(description=_("Look at these again"), permissions=["view"])
    def look_again_at(self, request: HttpRequest, events: QuerySet[ProviderEvent]) -> None:
        """Have the chosen events worked on once more, such as when a mailbox was added meanwhile."""
        chosen = list(events)
        count = look_again([event.id for event in chosen])
        for event in chosen[:1]:
            event.refresh_from_db()
            hint_at_work(event)
        text = ngettext("%(count)d event waits to be worked on.", "%(count)d events wait to be worked on.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS)


@admin.register(SystemMail)
class SystemMailAdmin(ReadOnlyAdmin):
    """Sign-in mail, invitations and notifications. What they say stays unseen: it lets somebody in."""

    list_display = ["created_at", "recipient", "subject", "account", "state", "attempt_count", "due_at", "error"]
    list_filter = ["state"]
    list_select_related = ["account"]
    search_fields = ["=recipient", "=provider_id"]
    ordering = ["-created_at"]
    exclude = ["text", "html"]
    show_full_result_count = False
    actions = ["try_again"]

    @admin.action(description=_("Try again now"), permissions=["view"])
    def try_again(self, request: HttpRequest, mails: QuerySet[SystemMail]) -> None:
        """Send those that wait at once; what has left or failed for good has no words any more."""
        ids = list(mails.values_list("id", flat=True))
        count = hasten_system_mail(ids)
        text = ngettext("%(count)d mail is tried again now.", "%(count)d mails are tried again now.", count)
        self.message_user(request, text % {"count": count}, messages.SUCCESS if count else messages.WARNING)
        if count < len(ids):
            done = _("What has left or failed for good can't be sent again: its words are gone. Ask for a new one.")
            self.message_user(request, done, messages.WARNING)
