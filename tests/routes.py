"""All routes of the product, found by walking, and addresses of them that name one account's rows."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.urls import URLPattern, URLResolver, get_resolver

from email_channel.survey_links import survey_token
from tests.scene import Scene

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# What a parameter names: the word of the path before it → the model (tests.scene has a row of each).
MODEL_OF_WORD = {
    "accounts": "Account",
    "agents": "Agent",
    "articles": "Article",
    "attachments": "Attachment",
    "automation-rules": "AutomationRule",
    "business-hours": "BusinessHours",
    "categories": "Category",
    "classifications": "Classification",
    "contacts": "Contact",
    "conversations": "Conversation",
    "deliveries": "WebhookDelivery",
    "companies": "Company",
    "customers": "Contact",
    "drafts": "AiDraft",
    "knowledge-base": "Article",
    "invitations": "Invitation",
    "macros": "Macro",
    "mailboxes": "Mailbox",
    "members": "Agent",
    "messages": "Message",
    "notifications": "Notification",
    "people": "User",
    "rules": "AutomationRule",
    "skills": "Skill",
    "sla-policies": "SlaPolicy",
    "tags": "Tag",
    "teams": "Team",
    "templates": "EmailTemplate",
    "tokens": "ApiToken",
    "users": "User",
    "views": "SavedView",
    "hours": "BusinessHours",
    "sla": "SlaPolicy",
    "domains": "SendingDomain",
    "incoming-mail": "IncomingMail",
    "suppressions": "SuppressedAddress",
    "webhooks": "Webhook",
}
# `email/messages/{id}` is a mail.
MODEL_OF_WORD_PAIR = {"email/messages": "EmailMessage"}


class UnknownParameter(Exception):
    """Teach `MODEL_OF_WORD` what the parameter of a new route names, and `tests.scene` to make one."""


@dataclass(frozen=True)
class Route:
    """One route of a host's URL configuration; `path` is Django's pattern, such as `tags/<uuid:id>`."""

    urlconf: str
    path: str
    name: str
    converters: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        host = {"hummdesk.urls": "account", "hummdesk.urls_platform": "platform"}.get(self.urlconf, self.urlconf)
        return f"{host}:/{self.path}"

    @property
    def names_rows(self) -> bool:
        """Whether an address names something that an account has, and not only what is asked of it."""
        return any(name not in _PLAIN_WORDS for name, _converter in self.converters)

    @property
    def is_api(self) -> bool:
        return self.path.startswith("api/")

    @property
    def is_admin(self) -> bool:
        return self.path.startswith("admin/")

    def url(self, scene: Scene) -> str:
        """Return the route's address with ids of this scene. Raises: UnknownParameter."""
        path = self.path
        for name, converter in self.converters:
            before, after = re.split(rf"<(?:{converter}:)?{name}>", path, maxsplit=1)
            path = f"{before}{quote(str(_value(before, name, converter, scene)))}{after}"
        return f"/{path}"


# Routes whose pattern is a regular expression, or whose parameters are Django's or the catcher's own.
_FIXED = {
    "account_reset_password_from_key": "account/password/reset/key/1-set-password/",
    "api-unknown": "api/nowhere",
    "app_list": "admin/accounts/",
    "admin/(?P<url>.*)$": "admin/nowhere",
}
# Parameters that choose among what every account has.
_PLAIN_WORDS = frozenset({"kind"})
_OWN_PARAMETERS: dict[str, Callable[[Scene], Any]] = {
    "object_id": lambda scene: scene.ids["Account"],
    "content_type_id": lambda _scene: 1,
    "app_label": lambda _scene: "accounts",
    "url": lambda _scene: "nowhere",
    "folder": lambda _scene: "2026-11-23",
    "name": lambda _scene: "mail.eml",
    "seq": lambda _scene: 1,
    "number": lambda _scene: 0,
    "slug": lambda scene: scene.account.slug,
    "display_id": lambda scene: scene.display_id,
    "token": lambda scene: survey_token(scene.ids["Survey"], schema=scene.account.schema_name),
    "kind": lambda _scene: "tag",
}


def routes_of(urlconf: str) -> list[Route]:
    """Return every route of a URL configuration."""
    return [route_of(urlconf, path, pattern) for path, pattern in patterns_of(urlconf)]


def patterns_of(urlconf: str) -> Iterator[tuple[str, URLPattern]]:
    """Return Django's own pattern of every route, with its whole path."""
    return _walk(get_resolver(urlconf), "")


def _walk(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        path = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, path)
        else:
            yield path, pattern


def route_of(urlconf: str, path: str, pattern: URLPattern) -> Route:
    """Return one route. Raises: UnknownParameter for a regular expression without an example."""
    path = _FIXED.get(pattern.name or path, path)
    parameters = re.findall(r"<(?:(\w+):)?(\w+)>", path)
    converters = tuple((name, converter or "str") for converter, name in parameters)
    if any(sign in path for sign in "()^$?"):
        raise UnknownParameter(f"{path} is a regular expression: give it an example in _FIXED.")
    return Route(urlconf, path, pattern.name or "", converters)


def _value(before: str, name: str, converter: str, scene: Scene) -> Any:
    words = [word for word in before.split("/") if word and "<" not in word]
    model = MODEL_OF_WORD_PAIR.get("/".join(words[-2:])) or MODEL_OF_WORD.get(words[-1] if words else "")
    if before.startswith("admin/accounts/user/"):
        return scene.ids["User"]
    if name in _OWN_PARAMETERS:
        return _OWN_PARAMETERS[name](scene)
    if converter in ("uuid", "str") and model and scene.ids.get(model):
        return scene.ids[model]
    raise UnknownParameter(f"/{before}<{converter}:{name}>")
