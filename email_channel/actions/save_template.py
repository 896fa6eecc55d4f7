"""Mail templates are kept; what one said before stays as a version."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from conversations.actions.rule_uses import require_unused_by_rules
from conversations.rules.fields import FieldType
from email_channel.models import EmailTemplate, EmailTemplateVersion
from email_channel.queries.templates import (
    get_template_with,
    is_automatic_reply,
    lock_template,
    mailboxes_answering_with,
)
from email_channel.template_variables import faults_in_auto_reply
from email_channel.templating import faults_of
from hummdesk.errors import Conflict, NotFound, ValidationFailed
from hummdesk.events.publishing import action
from hummdesk.safe_html import html_to_text
from hummdesk.versions import IT_HAS_CHANGED, require_version
from teams.access import Viewer

TEMPLATE_NAME_CHARS = 80
_WORDS = ("subject", "body_html", "body_text")
_FIELDS = ("name", "language", *_WORDS)


@action
def create_template(*, viewer: Viewer, fields: Mapping[str, Any]) -> EmailTemplate:
    """There is a new template, at its first version. Fields: name, language, subject, body_html, body_text.

    Raises: PermissionDenied, ValidationFailed.
    """
    viewer.require(Permission.MANAGE_TEMPLATES)
    template = EmailTemplate()
    _fill(template, fields)
    _save(template, is_new=True)
    _add_version(template, 1, viewer.agent.name)
    return get_template_with(template.id)


@action
def change_template(
    *, viewer: Viewer, template_id: UUID, changes: Mapping[str, Any], version: int | None = None
) -> EmailTemplate:
    """The template has these values; other words make a new version. Locks it.

    Raises: NotFound, PermissionDenied, ValidationFailed, Conflict when `version` is not its newest.
    """
    viewer.require(Permission.MANAGE_TEMPLATES)
    template, number = lock_template(template_id)
    require_version(version, max(number, 1), IT_HAS_CHANGED)
    if number == 0:
        number = 1
        _add_version(template, number, "")
    before = [getattr(template, name) for name in _WORDS]
    _fill(template, changes)
    _save(template, is_new=False)
    if before != [getattr(template, name) for name in _WORDS]:
        _add_version(template, number + 1, viewer.agent.name)
    return get_template_with(template.id)


@action
def restore_template(*, viewer: Viewer, template_id: UUID, number: int) -> EmailTemplate:
    """The template says again what this version of it said, as a new version. Locks it.

    Raises: NotFound, PermissionDenied, ValidationFailed for words that are not taken any more.
    """
    viewer.require(Permission.MANAGE_TEMPLATES)
    kept = EmailTemplateVersion.objects.filter(template=template_id, number=number).first()
    if kept is None:
        raise NotFound
    words = {name: getattr(kept, name) for name in _WORDS}
    return change_template(viewer=viewer, template_id=template_id, changes=words)


@action
def delete_template(*, viewer: Viewer, template_id: UUID) -> None:
    """The template and its versions are gone; what was sent stays. Locks it.

    Raises: NotFound, PermissionDenied, Conflict while a mailbox answers with it, UsedByRules.
    """
    viewer.require(Permission.MANAGE_TEMPLATES)
    template, _number = lock_template(template_id)
    addresses = mailboxes_answering_with(template)
    if addresses:
        text = _("It is the automatic reply of %(addresses)s. Choose another one there first.")
        raise Conflict(text % {"addresses": ", ".join(addresses)})
    require_unused_by_rules(FieldType.TEMPLATE, template.id)
    template.delete()


def _fill(template: EmailTemplate, changes: Mapping[str, Any]) -> None:
    """Raises: ValidationFailed that names each field at fault."""
    name_before = template.name
    for name in _FIELDS:
        if name in changes:
            setattr(template, name, changes[name].replace("\x00", ""))
    template.name, template.subject = " ".join(template.name.split()), " ".join(template.subject.split())
    errors = faults_of(template.parts)
    if not errors and is_automatic_reply({name_before, template.name}):
        errors = faults_in_auto_reply(template.parts)
    if not 1 <= len(template.name) <= TEMPLATE_NAME_CHARS:
        errors["name"] = [_("A name has 1 to %(count)d characters.") % {"count": TEMPLATE_NAME_CHARS}]
    if template.language not in dict(settings.LANGUAGES):
        errors["language"] = [_("Choose one of: %(names)s.") % {"names": ", ".join(dict(settings.LANGUAGES))}]
    if not template.subject:
        errors.setdefault("subject", [_("Give it a subject.")])
    if not html_to_text(template.body_html).strip():
        errors.setdefault("body_html", [_("Write something first.")])
    if errors:
        raise ValidationFailed(errors=errors)


def _save(template: EmailTemplate, *, is_new: bool) -> None:
    try:
        with transaction.atomic():
            if is_new:
                template.save(force_insert=True)
            else:
                template.save(update_fields=[*_FIELDS, "updated_at"])
    except IntegrityError as error:
        text = _("There is a template with this name in this language already.")
        raise ValidationFailed(errors={"name": [text]}) from error


def _add_version(template: EmailTemplate, number: int, author_name: str) -> None:
    words = {name: getattr(template, name) for name in _WORDS}
    EmailTemplateVersion.objects.create(template=template, number=number, author_name=author_name, **words)
