"""Typed readers of the settings that come from the environment or from the project's `.env` file.

The real environment wins over the file. An empty value counts as not set. Nothing here imports Django.
"""

import os
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent

_FLAGS = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}


class SettingError(SystemExit):
    """A setting is missing or unreadable; unless caught it ends the program with its one sentence."""


def load_env_file() -> None:
    """The lines `KEY=VALUE` of the env file are in the environment, where they were not set before.

    The file is `.env` at the project root; `HUMMDESK_ENV_FILE` names another one, or none if it is empty.
    """
    path = Path(os.environ.get("HUMMDESK_ENV_FILE", PROJECT_ROOT / ".env"))
    if not path.is_file():
        return
    for number_of_line, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            name, value = _name_and_value(line, where=f"{path}, line {number_of_line}")
            os.environ.setdefault(name, value)


def text(name: str, default: str = "") -> str:
    """The setting as written, without surrounding blanks."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    """The setting as yes or no. Raises SettingError for any other word."""
    word = text(name).lower()
    if not word:
        return default
    if word not in _FLAGS:
        raise SettingError(f"{name} is {word!r}. Set it to 1 (yes) or 0 (no).")
    return _FLAGS[word]


def number(name: str, default: int, *, least: int | None = None, most: int | None = None) -> int:
    """The setting as a whole number. Raises SettingError if it is none, or lies outside least..most."""
    word = text(name)
    try:
        value = int(word) if word else default
    except ValueError:
        raise SettingError(f"{name} is {word!r}. Set it to a whole number.") from None
    if least is not None and value < least:
        raise SettingError(f"{name} is {value}. Set it to {least} or more.")
    if most is not None and value > most:
        raise SettingError(f"{name} is {value}. Set it to {most} or less.")
    return value


def items(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """The setting as the comma-separated parts of its text, empty ones left out."""
    return [part.strip() for part in text(name).split(",") if part.strip()] or list(default)


def is_debug() -> bool:
    """True in development: `DEBUG` is set to yes."""
    return flag("DEBUG")


def required_in_production(name: str, development: str = "", *, what: str = "") -> str:
    """The setting, which may fall back to the `development` value only while DEBUG is on.

    `what` says in a few words what the setting is for. Raises SettingError if it is missing in production.
    """
    value = text(name)
    if value:
        return value
    if is_debug():
        return development
    purpose = f" ({what})" if what else ""
    raise SettingError(f"{name}{purpose} is not set. Set it in the environment or in .env, or set DEBUG=1.")


def _name_and_value(line: str, *, where: str) -> tuple[str, str]:
    name, equals, value = line.strip().removeprefix("export ").partition("=")
    if not equals or not name.strip():
        raise SettingError(f"{where} is not of the form KEY=VALUE.")
    value = value.strip()
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1]
    return name.strip(), value
