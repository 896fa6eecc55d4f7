"""Whom contacts write for."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.permissions import Permission
from conversations.actions.rule_uses import require_unused_by_rules
from conversations.custom_fields import changed_custom_fields
from conversations.models import Company
from conversations.queries.contacts import get_company
from conversations.rules.fields import FieldType
from hummdesk.errors import Conflict, ValidationFailed
from hummdesk.events.publishing import action
from teams.access import Viewer

COMPANY_NAME_MAX_LENGTH = 120
# RFC 1035, section 2.3.4; labels of other scripts as they are written.
_DOMAIN = re.compile(r"(?=.{3,253}\Z)([^\W_]([\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{0,61}[^\W_]\Z")


@action
def create_company(*, viewer: Viewer, fields: Mapping[str, Any]) -> Company:
    """There is a new company with these fields: name, domain, custom_fields.

    Raises: PermissionDenied, ValidationFailed, Conflict when there is one of this name or domain.
    """
    viewer.require(Permission.REPLY)
    company = Company()
    _fill(company, fields)
    _save(company)
    return company


@action
def change_company(*, viewer: Viewer, company_id: UUID, changes: Mapping[str, Any]) -> Company:
    """The company has these values; custom fields are merged in, and None removes one.

    Locks the company. Raises: NotFound, PermissionDenied, ValidationFailed, Conflict.
    """
    company = get_company(company_id, lock=True)
    viewer.require(Permission.REPLY)
    _fill(company, changes)
    _save(company)
    return company


@action
def delete_company(*, viewer: Viewer, company_id: UUID) -> None:
    """The company is gone, and its contacts are in none. Raises: NotFound, PermissionDenied, UsedByRules."""
    company = get_company(company_id, lock=True)
    viewer.require(Permission.MANAGE_TEMPLATES)
    require_unused_by_rules(FieldType.COMPANY, company.id)
    company.delete()


@action
def find_or_create_company(*, name: str) -> Company:
    """Return the company of this name, whatever its case, made now if there is none. Survives two makers at once.

    Raises: ValidationFailed.
    """
    name = _clean_name(name)
    found = Company.objects.filter(name__iexact=name).first()
    if found is None:
        Company.objects.bulk_create([Company(name=name)], ignore_conflicts=True)
        found = Company.objects.get(name__iexact=name)
    return found


def _fill(company: Company, changes: Mapping[str, Any]) -> None:
    company.name = _clean_name(changes.get("name", company.name))
    company.domain = clean_domain(changes.get("domain", company.domain))
    company.custom_fields = changed_custom_fields(company.custom_fields, changes.get("custom_fields", {}))


def _save(company: Company) -> None:
    try:
        with transaction.atomic():
            if company._state.adding:
                company.save(force_insert=True)
            else:
                company.save(update_fields=["name", "domain", "custom_fields", "updated_at"])
    except IntegrityError as error:
        raise Conflict(_("There is another company of this name or domain.")) from error


def _clean_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > COMPANY_NAME_MAX_LENGTH:
        text = _("The name of a company has 1 to %(count)d characters.") % {"count": COMPANY_NAME_MAX_LENGTH}
        raise ValidationFailed(errors={"name": [text]})
    return name


def clean_domain(domain: str) -> str:
    """Return the domain as it is stored. Raises: ValidationFailed for what is none."""
    domain = domain.strip().lower()
    if domain and not _DOMAIN.match(domain):
        raise ValidationFailed(errors={"domain": [_("Use a domain such as example.com.")]})
    return domain
