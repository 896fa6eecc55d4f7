"""What teams and hours refuse, and how it is told."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from hummdesk.errors import Conflict, DomainError, ValidationFailed


class NameTaken(Conflict):
    """Another row has the name, or one that differs in case only."""

    title = _("This name is taken.")

    def __init__(self) -> None:
        super().__init__(errors={"name": [str(self.title)]})


class FieldRefused(ValidationFailed):
    """One field can't hold this."""

    def __init__(self, name: str, *texts: str) -> None:
        super().__init__(errors={name: list(texts)})


class SkillInUse(Conflict):
    """A category asks for the skill."""

    title = _("A category needs this skill. Take it off the category first.")

    def __init__(self, names: Sequence[str]) -> None:
        text = _("These categories need this skill: %(names)s. Take it off them first.")
        super().__init__(text % {"names": ", ".join(names)})


class NeverOpen(DomainError):
    """No promise can be kept by a calendar without open time."""

    code = "never_open"
    status = 409
    title = _("These business hours have no open time.")
