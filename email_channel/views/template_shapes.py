"""Mail templates as pages show them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.branding import account_branding
from conversations.remote_images import remote_image_url
from conversations.shown_html import shown_html
from conversations.views.shapes.shape import Shape
from email_channel.errors import TemplateFault
from email_channel.mail_html import mail_document
from email_channel.models import EmailTemplate, EmailTemplateVersion
from email_channel.template_forms import PreviewLookForm
from email_channel.template_preview import keep_preview
from email_channel.template_variables import VARIABLES, sample_values
from email_channel.templating import TemplateParts, render_parts

VERSIONS_SHOWN = 20
_FIELD_NAMES = {"subject": _("Subject"), "body_html": _("HTML"), "body_text": _("Text")}


def template_groups(templates: Iterable[EmailTemplate], answering: frozenset[UUID]) -> list[Shape]:
    """Return the templates of each name, with a link for each language."""
    return [
        {
            "name": name,
            "subject": rows[0].subject,
            "url": _url(rows[0]),
            "languages": [{"label": _language(row), "url": _url(row)} for row in rows],
            "is_auto_reply": any(row.id in answering for row in rows),
            "updated_at": max(row.updated_at for row in rows),
        }
        for name, found in groupby(templates, key=lambda one: one.name)
        for rows in [list(found)]
    ]


def edited_template(template: EmailTemplate, versions: Sequence[EmailTemplateVersion]) -> Shape:
    """Return what the page shows of a template beside its form."""
    newest = version_of(template)
    return {
        "name": template.name,
        "language": _language(template),
        "delete_url": reverse("template-delete", args=[template.id]),
        "restore_url": reverse("template-restore", args=[template.id]),
        "copy_url": f"{reverse('template-create')}?{urlencode({'like': template.id})}",
        "versions": [
            {
                "number": one.number,
                "author": one.author_name,
                "at": one.created_at,
                "subject": one.subject,
                "is_newest": one.number == newest,
            }
            for one in versions[:VERSIONS_SHOWN]
        ],
    }


def version_of(template: EmailTemplate) -> int:
    """Return the number of a listed template's newest version."""
    number: int = template.version_number  # type: ignore[attr-defined]  # of all_templates
    return number


def variable_rows() -> list[Shape]:
    """Return what templates may name."""
    return [{"name": name, "label": label} for name, (label, _sample) in VARIABLES.items()]


def template_hints() -> list[Shape]:
    """Return how templates name them."""
    hints = [
        ("{{customer_name}}", _("stands for its value")),
        ('{{agent_name | default: "our team"}}', _("has other words where there is no value")),
        ("{% if agent_name %}…{% endif %}", _("is left out where there is no value")),
    ]
    return [{"code": code, "label": label} for code, label in hints]


def preview(values: Mapping[str, Any], look: PreviewLookForm, *, user_id: UUID) -> Shape:
    """Return the mail that these words make of the examples, its HTML behind an address of its own."""
    chosen = {name: look[name].value() for name in look.fields}
    parts = TemplateParts(values["subject"], values["body_html"], values["body_text"])
    shown = {"is_phone": chosen["width"] == "phone", "is_text": chosen["part"] == "text"}
    try:
        mail = render_parts(parts, sample_values())
    except TemplateFault as fault:
        return shown | {"fault": f"{_FIELD_NAMES[fault.field]}: {fault.sentence}"}
    colours = "dark" if chosen["look"] == "dark" else "light"
    key = keep_preview(_document(mail.html, values["language"]), look=colours, user_id=user_id)
    return shown | {
        "subject": mail.subject,
        "text": mail.text,
        "missing": mail.missing,
        "is_empty": not mail.html,
        "frame_url": f"{reverse('template-preview')}?{urlencode({'key': key})}",
    }


def _document(words: str, language: str) -> str:
    """Return the mail as it would go out, but that its pictures come through us."""
    branding = account_branding()
    logo_url = remote_image_url(branding.logo_url) if branding.logo_url else ""
    return mail_document(
        words=shown_html(words, (), lambda _file: "", remote_image_url),
        signature="",
        quoted="",
        branding=replace(
            branding,
            logo_url=logo_url,
            language=language if language in dict(settings.LANGUAGES) else branding.language,
        ),
    )


def _url(template: EmailTemplate) -> str:
    return reverse("template-edit", args=[template.id])


def _language(template: EmailTemplate) -> str:
    return dict(settings.LANGUAGES).get(template.language, template.language)
