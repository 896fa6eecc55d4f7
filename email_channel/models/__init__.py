"""Rows of mail."""

from email_channel.models.email_message import EmailMessage
from email_channel.models.email_template import EmailTemplate, EmailTemplateVersion
from email_channel.models.incoming_mail import IncomingMail
from email_channel.models.mailbox import Mailbox
from email_channel.models.outgoing_delivery import OutgoingDelivery
from email_channel.models.participant import Participant
from email_channel.models.sending_domain import SendingDomain
from email_channel.models.suppressed_address import SuppressedAddress

__all__ = [
    "EmailMessage",
    "EmailTemplate",
    "EmailTemplateVersion",
    "IncomingMail",
    "Mailbox",
    "OutgoingDelivery",
    "Participant",
    "SendingDomain",
    "SuppressedAddress",
]
