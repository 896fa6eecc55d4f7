"""The account's mail templates and their versions."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db.models import Max, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from email_channel.enums import AutoReplyWhen
from email_channel.models import EmailTemplate, EmailTemplateVersion, Mailbox
from hummdesk.errors import NotFound


def all_templates() -> QuerySet[EmailTemplate]:
    """Return the templates, each with `version_number` and who wrote it last, `author_name`, by name and language."""
    newest = EmailTemplateVersion.objects.filter(template=OuterRef("pk")).order_by("-number")
    return EmailTemplate.objects.annotate(
        version_number=Coalesce(Subquery(newest.values("number")[:1]), Value(1)),
        author_name=Coalesce(Subquery(newest.values("author_name")[:1]), Value("")),
    ).order_by("name", "language", "id")


def get_template_with(id: UUID) -> EmailTemplate:
    """Return one template, as `all_templates` does. One query. Raises: NotFound."""
    template = all_templates().filter(id=id).first()
    if template is None:
        raise NotFound
    return template


def lock_template(id: UUID) -> tuple[EmailTemplate, int]:
    """Return a template, locked, and the number of its newest version, 0 for none. Two queries. Raises: NotFound."""
    template = EmailTemplate.objects.select_for_update().filter(id=id).first()
    if template is None:
        raise NotFound
    newest = template.versions.aggregate(number=Max("number"))["number"]
    return template, newest or 0


def versions_of(template: EmailTemplate) -> QuerySet[EmailTemplateVersion]:
    """Return what a template has said, the newest first."""
    return EmailTemplateVersion.objects.filter(template=template).order_by("-number")


def template_in(template: EmailTemplate, languages: Sequence[str]) -> EmailTemplate:
    """Return the template of this name in the first of these languages that there is, else itself. One query."""
    found = {one.language: one for one in EmailTemplate.objects.filter(name=template.name, language__in=languages)}
    return next((found[language] for language in languages if language in found), template)


def all_languages_of(template_id: UUID) -> Sequence[EmailTemplate]:
    """Return the templates that share a template's name, itself among them, by language. One query."""
    name = EmailTemplate.objects.filter(id=template_id).values("name")
    return list(EmailTemplate.objects.filter(name__in=name).order_by("language"))


def is_automatic_reply(names: Collection[str]) -> bool:
    """Return whether some mailbox answers by itself with a template of these names, in any language. One query."""
    answering = Mailbox.objects.filter(is_active=True).exclude(auto_reply=AutoReplyWhen.NEVER)
    return answering.filter(auto_reply_template__name__in=names).exists()


def mailboxes_answering_with(template: EmailTemplate) -> Sequence[str]:
    """Return the addresses of the mailboxes whose automatic reply a template is. One query."""
    return list(Mailbox.objects.filter(auto_reply_template=template).values_list("address", flat=True))


def answering_template_ids() -> frozenset[UUID]:
    """Return which templates are the automatic reply of some mailbox. One query."""
    used = Mailbox.objects.filter(auto_reply_template__isnull=False).values_list("auto_reply_template_id", flat=True)
    return frozenset(filter(None, used))
