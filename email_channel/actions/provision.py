"""The mail texts a new account starts with."""

from email_channel.models import EmailTemplate, EmailTemplateVersion
from hummdesk.events.publishing import action

_RECEIVED = {
    "en": (
        "We have your message [#{{ticket_number}}]",
        "Hello {{customer_name}},\n\nthank you for writing. We will answer soon.\n\n{{account_name}}",
    ),
    "fi": (
        "Viestisi on saapunut [#{{ticket_number}}]",
        "Hei {{customer_name}},\n\nkiitos viestistäsi. Se on perillä, ja vastaamme pian.\n\n{{account_name}}",
    ),
    "sv": (
        "Vi har fått ditt meddelande [#{{ticket_number}}]",
        "Hej {{customer_name}},\n\ntack för ditt meddelande. Vi har fått det och svarar snart.\n\n{{account_name}}",
    ),
}


@action
def provision_mail(**_rest: object) -> None:
    """The account has a first template in each interface language."""
    templates = EmailTemplate.objects.bulk_create(
        EmailTemplate(
            name="Message received",
            language=language,
            subject=subject,
            body_text=text,
            body_html="\n".join(f"<p>{part}</p>" for part in text.split("\n\n")),
        )
        for language, (subject, text) in _RECEIVED.items()
    )
    EmailTemplateVersion.objects.bulk_create(
        EmailTemplateVersion(
            template=one, number=1, subject=one.subject, body_html=one.body_html, body_text=one.body_text
        )
        for one in templates
    )
