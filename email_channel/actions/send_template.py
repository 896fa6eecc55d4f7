"""A template is filled in and sent, in a conversation or as the first message of a new one."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from conversations.access import get_conversation_for
from conversations.actions.start_conversation import begin_conversation
from conversations.errors import NoReplyChannel
from conversations.models import Conversation
from email_channel.actions.send_mail import MailWords, reachable_recipients, send_mail, sending_mailbox_id
from email_channel.models import EmailMessage, EmailTemplate
from email_channel.queries import mailbox_of
from email_channel.queries.templates import get_template_with
from email_channel.template_variables import values_of
from email_channel.templating import RenderedMail, Value, render_parts
from hummdesk.errors import ValidationFailed
from hummdesk.events.publishing import action
from teams.access import Viewer


@action
def send_template(
    *,
    viewer: Viewer,
    template_id: UUID,
    to: Sequence[str],
    variables: Mapping[str, Value],
    conversation_id: UUID | int | str | None = None,
    mailbox_id: UUID | None = None,
) -> EmailMessage:
    """The mail that the template makes waits to be sent, as `send_mail` sends one.

    `variables` go before those of the conversation, the customer, the viewer and the account. Locks the conversation.
    Raises: NotFound, PermissionDenied, ValidationFailed (names each variable without a value), TemplateFault,
    NoReplyChannel, MergedAway. Publishes: MailQueued, and what `send_mail` does.
    """
    template = get_template_with(template_id)
    if conversation_id is not None:
        conversation = get_conversation_for(viewer, conversation_id)
        rendered = _filled_in(viewer, template, conversation, variables)
    else:
        conversation = _begun(viewer, template, reachable_recipients(to)[0], mailbox_id)
        rendered = _filled_in(viewer, template, conversation, variables)
        conversation.subject = rendered.subject
        conversation.save(update_fields=["subject"])
    words = MailWords(subject=rendered.subject, body_html=rendered.unsafe_html)
    email = send_mail(viewer=viewer, words=words, to=to, conversation_id=conversation.id)
    if template.body_text.strip():
        email.conversation_message.body_text = rendered.text
        email.conversation_message.save(update_fields=["body_text"])
    return email


def _begun(viewer: Viewer, template: EmailTemplate, address: str, mailbox_id: UUID | None) -> Conversation:
    """Return a new conversation, since the words may name its number; its subject is theirs afterwards."""
    conversation = begin_conversation(
        viewer=viewer,
        address=address,
        mailbox_id=sending_mailbox_id(mailbox_id),
        given={"subject": template.name},
    )
    conversation.refresh_from_db(fields=["display_id"])
    return conversation


def _filled_in(
    viewer: Viewer, template: EmailTemplate, conversation: Conversation, variables: Mapping[str, Value]
) -> RenderedMail:
    mailbox = mailbox_of(conversation)
    if mailbox is None:
        raise NoReplyChannel
    known = values_of(
        conversation,
        contact=conversation.contact,
        mailbox=mailbox,
        agent=viewer.agent,
        language=template.language,
    )
    rendered = render_parts(template.parts, {**known, **variables})
    if rendered.missing:
        text = _("This template needs a value for it.")
        raise ValidationFailed(errors={f"variables.{name}": [text] for name in rendered.missing})
    return rendered
