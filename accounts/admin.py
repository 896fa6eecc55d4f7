"""Django admin, on the platform's host, for super_admins. What has an action is changed by it."""

import re
from typing import Any, cast

from allauth.account.admin import EmailAddress
from allauth.account.decorators import secure_admin_login
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm, BaseUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actions.add_member import add_member
from accounts.actions.change_account import CHANGEABLE, change_account
from accounts.actions.change_account_status import change_account_status
from accounts.actions.create_account import check_new_account, first_admin, open_account
from accounts.actions.members import change_role, remove_member
from accounts.actions.token_families import end_families_of
from accounts.enums import AccountStatus, Role
from accounts.models import (
    Account,
    Domain,
    Invitation,
    MailRoute,
    Membership,
    Plan,
    PlatformUsage,
    Subscription,
    User,
)
from hummdesk.errors import ValidationFailed
from hummdesk.events.actor import Actor
from hummdesk.tenancy.middleware import is_platform_host

_HOST_NAME = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+"
)

admin.site.site_header = admin.site.site_title = "HummDesk"
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.unregister([Group, EmailAddress])


def _operator(request: HttpRequest) -> Actor:
    return Actor.platform(request.user.pk)


class KeptAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows that nobody deletes here."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(KeptAdmin):
    """Rows that are only looked at here."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class NewAccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """A new account and its first admin."""

    admin_email = forms.EmailField(label=_("E-mail of the first admin"), help_text=_("A user's, or one to invite."))

    class Meta:
        model = Account
        fields = ["name", "slug", "timezone", "language"]

    def clean(self) -> dict[str, Any]:
        """Ask the action's own checks too."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                check_new_account(**{field: cleaned[field] for field in self.Meta.fields})
                first_admin(cleaned["admin_email"])
            except ValidationFailed as error:
                for field, texts in error.errors.items():
                    self.add_error(field, texts)
        return cleaned


@admin.register(Account)
class AccountAdmin(KeptAdmin):
    list_display = ["name", "slug", "hosts", "status", "language", "timezone", "created_at"]
    list_filter = ["status", "language"]
    search_fields = ["name", "slug", "domains__domain"]
    fields = ["name", "slug", "timezone", "language", "status", "branding", "settings", "created_at"]
    readonly_fields = ["slug", "branding", "settings", "created_at"]

    @admin.display(description=_("hosts"))
    def hosts(self, account: Account) -> str:
        """Return the host names, the primary one first."""
        domains = sorted(account.domains.all(), key=lambda domain: not domain.is_primary)
        return ", ".join(domain.domain for domain in domains)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        return super().get_queryset(request).prefetch_related("domains")

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **kwargs) if change else NewAccountForm

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if obj else [*NewAccountForm.Meta.fields, "admin_email"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj else []

    def save_model(self, request: HttpRequest, obj: Account, form: Any, change: bool) -> None:
        """Make or change the account by the actions that the API uses."""
        given = form.cleaned_data
        if not change:
            made = open_account(**given, by=cast(User, request.user))
            obj.pk = made.pk
            return
        changes = {field: given[field] for field in form.changed_data if field in CHANGEABLE}
        change_account(obj.pk, changes, actor=_operator(request))
        if "status" in form.changed_data:
            change_account_status(obj.pk, AccountStatus(given["status"]), actor=_operator(request))


class DomainForm(forms.ModelForm):  # type: ignore[type-arg]
    """A host name of an account."""

    class Meta:
        model = Domain
        fields = ["domain", "tenant", "is_primary"]

    def _get_validation_exclusions(self) -> set[str]:
        """Leave "one primary domain" to saving, which takes the word from the other one."""
        return {*super()._get_validation_exclusions(), "tenant"}  # type: ignore[misc]

    def clean_domain(self) -> str:
        """Return the name as hosts are compared. The platform's own names can't be given away."""
        name: str = self.cleaned_data["domain"].strip().lower().rstrip(".")
        if is_platform_host(name) or not _HOST_NAME.fullmatch(name):
            raise forms.ValidationError(_("This is no host name that an account can have."))
        return name


@admin.register(Domain)
class DomainAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = DomainForm
    list_display = ["domain", "tenant", "is_primary"]
    list_select_related = ["tenant"]
    search_fields = ["domain", "tenant__name"]
    autocomplete_fields = ["tenant"]
    actions = None

    def has_delete_permission(self, request: HttpRequest, obj: Domain | None = None) -> bool:
        """The primary one stays, since links are built from it."""
        return obj is not None and not obj.is_primary


class NewUserForm(BaseUserCreationForm):  # type: ignore[type-arg]
    """A new user, by e-mail."""

    class Meta:
        model = User
        fields = ["email", "name"]

    def clean_email(self) -> str:
        """Return the address as it is compared."""
        return str(self.cleaned_data["email"]).lower()


class UserForm(UserChangeForm):  # type: ignore[type-arg]
    """What operators change of a user."""

    class Meta:
        model = User
        fields = ["password", "is_active", "is_superuser"]


class NewPasswordForm(AdminPasswordChangeForm):  # type: ignore[type-arg]
    """A password that an operator sets."""

    def save(self, commit: bool = True) -> User:
        """The password is set, and what was signed in with the old one is signed out everywhere."""
        user: User = super().save(commit)
        end_families_of(user)
        return user


@admin.register(User)
class UserAdmin(DjangoUserAdmin):  # type: ignore[type-arg]
    form = UserForm
    add_form = NewUserForm
    change_password_form = NewPasswordForm
    list_display = ["email", "name", "is_active", "is_superuser", "last_login"]
    list_filter = ["is_active", "is_superuser"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    filter_horizontal = []
    # Accounts keep a copy of name and address for their agents, which this page could not follow up.
    readonly_fields = ["email", "name", "last_login", "created_at"]
    fieldsets = [
        (None, {"fields": ["email", "name", "password"]}),
        (_("Rights"), {"fields": ["is_active", "is_superuser"]}),
        (_("Dates"), {"fields": ["last_login", "created_at"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "name", "password1", "password2"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.readonly_fields if obj else []

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Users are switched off: what they did keeps their names."""
        return False


class MembershipForm(forms.ModelForm):  # type: ignore[type-arg]
    """Who belongs where, as what."""

    class Meta:
        model = Membership
        fields = ["user", "account", "role"]

    def _get_validation_exclusions(self) -> set[str]:
        """Leave uniqueness to `add_member`, which takes an ended membership up again."""
        return {*super()._get_validation_exclusions(), "user"}  # type: ignore[misc]


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["user", "account", "role", "is_active", "created_at"]
    list_filter = ["role", "is_active"]
    list_select_related = ["user", "account"]
    search_fields = ["user__email", "user__name", "account__name", "account__slug"]
    autocomplete_fields = ["user", "account"]
    form = MembershipForm
    actions = None

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ["user", "account"] if obj else []

    def has_change_permission(self, request: HttpRequest, obj: Membership | None = None) -> bool:
        """An ended membership is history; add it anew to take it up."""
        return super().has_change_permission(request, obj) and (obj is None or obj.is_active)

    def has_delete_permission(self, request: HttpRequest, obj: Membership | None = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or obj.is_active)

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        """Change the role, or add the member, and let the account's log know."""
        role, actor = Role(obj.role), _operator(request)
        if change:
            change_role(account=obj.account, user_id=obj.user_id, role=role, actor=actor)
        else:
            obj.pk = add_member(account=obj.account, user=obj.user, role=role, actor=actor).pk

    def delete_model(self, request: HttpRequest, obj: Membership) -> None:
        """End the membership; the row stays."""
        remove_member(account=obj.account, user_id=obj.user_id, actor=_operator(request))


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ["email", "account", "role", "expires_at", "accepted_at"]
    list_select_related = ["account"]
    search_fields = ["email", "account__name"]
    exclude = ["token_hash"]


@admin.register(MailRoute)
class MailRouteAdmin(ReadOnlyAdmin):
    list_display = ["address", "account", "created_at"]
    list_select_related = ["account"]
    search_fields = ["address", "account__name"]


@admin.register(PlatformUsage)
class PlatformUsageAdmin(ReadOnlyAdmin):
    list_display = ["account", "day_on", "conversation_count", "message_count", "active_agent_count"]
    list_select_related = ["account"]
    date_hierarchy = "day_on"


@admin.register(Plan)
class PlanAdmin(KeptAdmin):
    list_display = ["name", "code", "price_per_agent_eur", "is_offered"]


@admin.register(Subscription)
class SubscriptionAdmin(KeptAdmin):
    list_display = ["account", "plan", "status", "agent_count", "started_on", "ends_on"]
    list_select_related = ["account", "plan"]
    list_filter = ["status", "plan"]
    search_fields = ["account__name"]
    autocomplete_fields = ["account"]
