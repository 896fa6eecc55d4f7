"""Rows of mail."""

from email_channel.models.email_message import EmailMessage
from email_channel.models.email_template import EmailTemplate
from email_channel.models.incoming_mail import IncomingMail
from email_channel.models.mailbox import Mailbox
from email_channel.models.outgoing_delivery import OutgoingDelivery

__all__ = [
    "EmailMessage",
    "EmailTemplate",
    "IncomingMail",
    "Mailbox",
    "OutgoingDelivery",
]
