"""Who did something."""

from dataclasses import dataclass
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _


class ActorKind(models.TextChoices):
    """The kinds of actors in the log."""

    AGENT = "agent", _("Agent")
    CONTACT = "contact", _("Customer")
    AI = "ai", _("AI")
    RULE = "rule", _("Rule")
    SYSTEM = "system", _("System")
    PLATFORM = "platform", _("Operator")


@dataclass(frozen=True)
class Actor:
    """An agent, a contact, an automation rule, a model or the system itself; `id` is None for the last two."""

    kind: ActorKind
    id: UUID | None = None

    @classmethod
    def agent(cls, id: UUID) -> "Actor":
        return cls(ActorKind.AGENT, id)

    @classmethod
    def contact(cls, id: UUID) -> "Actor":
        return cls(ActorKind.CONTACT, id)

    @classmethod
    def rule(cls, id: UUID) -> "Actor":
        return cls(ActorKind.RULE, id)

    @classmethod
    def platform(cls, id: UUID | None = None) -> "Actor":
        return cls(ActorKind.PLATFORM, id)

    @classmethod
    def system(cls) -> "Actor":
        return cls(ActorKind.SYSTEM)
