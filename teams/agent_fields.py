"""What can be set of an agent, and what it may be."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, TypedDict, cast
from uuid import UUID

from django.utils.translation import gettext as _

from hummdesk.clean_text import clean_line
from hummdesk.errors import ValidationFailed
from teams.models import Agent

CAPACITY_MOST = 500
LEVEL_LEAST, LEVEL_MOST = 1, 5
DEFAULT_LEVEL = 3
SKILLS_MOST = 50
LANGUAGES_MOST = 20
SKILL_MAX_LENGTH = 60
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,4})?")


class SkillLevel(NamedTuple):
    """A skill by its name, and how good somebody is at it: 1 (knows it) to 5 (teaches it)."""

    name: str
    level: int = DEFAULT_LEVEL


class CheckedAgent(TypedDict, total=False):
    """Changes of an agent as they are kept."""

    max_capacity: int
    skills: Sequence[SkillLevel]
    languages: list[str]
    out_from_on: date | None
    out_until_on: date | None
    substitute_id: UUID | None


def checked_agent_fields(agent: Agent, changes: Mapping[str, Any], *, substitutes: Collection[UUID]) -> CheckedAgent:
    """Return the changes as they are kept, without the status.

    `substitutes` are those whom `substitute_id` may name. Raises: ValidationFailed, naming each field at fault.
    """
    found: dict[str, Any] = {name: value for name, value in changes.items() if name != "status"}
    errors: dict[str, str] = {}
    if "max_capacity" in found and not 1 <= found["max_capacity"] <= CAPACITY_MOST:
        errors["max_capacity"] = _("An agent can take 1 to %(count)d conversations at a time.") % {
            "count": CAPACITY_MOST
        }
    if "languages" in found:
        found["languages"], errors["languages"] = _languages(found["languages"])
    if "skills" in found:
        found["skills"], errors["skills"] = _skills(found["skills"])
    if found.get("substitute_id") is not None and found["substitute_id"] not in substitutes:
        errors["substitute_id"] = _("Choose another agent.")
    errors |= _absence_errors(agent, found)
    if errors := {name: text for name, text in errors.items() if text}:
        raise ValidationFailed(errors={name: [text] for name, text in errors.items()})
    return cast(CheckedAgent, found)  # its keys are those of the table of serializers and forms


def _languages(given: Sequence[str]) -> tuple[list[str], str]:
    codes = list(dict.fromkeys(str(code).strip().lower() for code in given))
    if len(codes) > LANGUAGES_MOST:
        return codes, _("Use at most %(count)d languages.") % {"count": LANGUAGES_MOST}
    wrong = [code for code in codes if not _LANGUAGE.fullmatch(code)]
    if wrong:
        return codes, _("Name languages by their codes, such as en or fi: %(codes)s.") % {
            "codes": ", ".join(clean_line(code, 20) for code in wrong)
        }
    return codes, ""


def _skills(given: Sequence[SkillLevel]) -> tuple[list[SkillLevel], str]:
    skills = [SkillLevel(clean_line(one.name, SKILL_MAX_LENGTH + 1), one.level) for one in given]
    names = [one.name.lower() for one in skills]
    if len(skills) > SKILLS_MOST:
        return skills, _("Use at most %(count)d skills.") % {"count": SKILLS_MOST}
    if any(not 0 < len(name) <= SKILL_MAX_LENGTH for name in names):
        return skills, _("A skill has 1 to %(count)d characters.") % {"count": SKILL_MAX_LENGTH}
    if len(set(names)) < len(names):
        return skills, _("Name each skill once.")
    if any(not LEVEL_LEAST <= one.level <= LEVEL_MOST for one in skills):
        return skills, _("A level goes from 1 to 5.")
    return skills, ""


def _absence_errors(agent: Agent, found: Mapping[str, Any]) -> dict[str, str]:
    begins, ends = (found.get(name, getattr(agent, name)) for name in ("out_from_on", "out_until_on"))
    if (begins is None) != (ends is None):
        return {"out_until_on" if ends is None else "out_from_on": _("Give the first day and the last one.")}
    if begins is not None and ends < begins:
        return {"out_until_on": _("The last day is before the first one.")}
    return {}
