"""What can be done by key and from the palette: the one table, and the keys that a person has chosen instead."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from urllib.parse import urlencode

from django.db import models
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _


class CommandGroup(models.TextChoices):
    """Where a command stands in the palette and in the list of keys."""

    CONVERSATION = "conversation", _("This conversation")
    LIST = "list", _("The list")
    WRITING = "writing", _("Writing")
    GO = "go", _("Go to")
    GENERAL = "general", _("General")
    SETTINGS = "settings", _("Settings")


class Where(StrEnum):
    """Where a command's keys work. Two commands may share keys if one is of the list and one of the thread."""

    PAGE = ""
    LIST = "list"
    THREAD = "thread"
    FIELD = "field"
    ANYWHERE = "anywhere"


@dataclass(frozen=True)
class Command:
    """One thing to do. The page does it by the visible element with `data-command=<id>`, or by a function.

    `keys`: one stroke (`e`; `E` is with Shift; `mod+k`, where mod is Ctrl or Cmd) or two after each other (`g i`).
    `fixed`: strokes that do the same and cannot be changed. `place`: name of a URL, and `view` its list of the inbox.
    """

    id: str
    label: str | Promise
    group: CommandGroup
    keys: str = ""
    icon: str = ""
    where: Where = Where.PAGE
    fixed: tuple[str, ...] = ()
    place: str = ""
    view: str = ""

    @property
    def url(self) -> str:
        """Where a place is, "" for what is none."""
        if not self.place:
            return ""
        return reverse(self.place) + (f"?{urlencode({'view': self.view})}" if self.view else "")


def _here(id: str, label: Promise, keys: str, icon: str, where: Where = Where.PAGE) -> Command:
    return Command(id, label, CommandGroup.CONVERSATION, keys, icon, where)


def _list(id: str, label: Promise, keys: str, *fixed: str, icon: str = "", where: Where = Where.PAGE) -> Command:
    return Command(id, label, CommandGroup.LIST, keys, icon, where, fixed)


def _go(id: str, label: Promise, keys: str, icon: str, place: str = "inbox", view: str = "") -> Command:
    return Command(id, label, CommandGroup.GO, keys, icon, place=place, view=view)


def _general(id: str, label: Promise, keys: str, icon: str, where: Where = Where.PAGE) -> Command:
    return Command(id, label, CommandGroup.GENERAL, keys, icon, where)


def _setting(id: str, label: Promise, icon: str, place: str = "") -> Command:
    return Command(id, label, CommandGroup.SETTINGS, "", icon, place=place)


_ALL = (
    _here("reply", _("Reply"), "r", "reply"),
    _here("reply-all", _("Reply to all"), "R", "reply-all"),
    _here("note", _("Note"), "n", "sticky-note"),
    _here("forward", _("Forward"), "f", "forward", Where.THREAD),
    _here("resolve", _("Resolve"), "e", "check"),
    _here("reopen", _("Reopen"), "E", "rotate-ccw"),
    _here("snooze", _("Snooze"), "h", "alarm-clock"),
    _here("assign", _("Assign"), "a", "user"),
    _here("assign-me", _("Assign to me"), "i", "user-plus"),
    _here("team", _("Team"), "t", "users"),
    _here("tag", _("Tag"), "l", "tag"),
    _here("priority", _("Priority"), "p", "flag"),
    _here("unread", _("Mark as unread"), "u", "mail"),
    _here("follow", _("Follow or mute"), "m", "bell"),
    _here("spam", _("Spam"), "!", "ban"),
    _here("trash", _("Move to trash"), "#", "trash-2"),
    _here("merge", _("Merge"), "", "merge"),
    _here("copy-link", _("Copy link"), "mod+shift+.", "link", Where.ANYWHERE),
    _here("more", _("More actions"), ".", "ellipsis"),
    _here("details", _("Details"), "]", "panel-right"),
    _here("why", _("Why? What happened by itself"), "", "workflow"),
    Command("back", _("Back to the list"), CommandGroup.CONVERSATION, icon="chevron-left", fixed=("Escape",)),
    _list("next", _("Next conversation"), "j", "ArrowDown"),
    _list("previous", _("Previous conversation"), "k", "ArrowUp"),
    _list("open", _("Open"), "o", "Enter"),
    _list("pick", _("Pick"), "x", icon="square-check"),
    _list("pick-next", _("Pick downwards"), "J"),
    _list("pick-previous", _("Pick upwards"), "K"),
    _list("pick-all", _("Pick all shown"), "mod+a", icon="list-checks"),
    _list("filter", _("Filter"), "f", icon="list-filter", where=Where.LIST),
    _list("search", _("Search"), "/", icon="search"),
    Command("send", _("Send"), CommandGroup.WRITING, "mod+Enter", "send", Where.FIELD),
    Command("send-resolve", _("Send and resolve"), CommandGroup.WRITING, "mod+shift+Enter", "check", Where.FIELD),
    _go("go-inbox", _("Inbox"), "g i", "inbox", view="mine"),
    _go("go-mentions", _("Mentions"), "g m", "at-sign", view="mentions"),
    _go("go-drafts", _("Drafts"), "g d", "pencil", view="drafts"),
    _go("go-snoozed", _("Snoozed"), "g s", "alarm-clock", view="snoozed"),
    _go("go-unassigned", _("Unassigned"), "g u", "circle-dashed", view="unassigned"),
    _go("go-teams", _("Teams"), "g t", "users", place=""),
    _go("go-all", _("All"), "g a", "layers", view="all"),
    _go("go-sent", _("Sent"), "", "send", view="sent"),
    _go("go-closed", _("Closed"), "", "circle-check", view="closed"),
    _go("go-spam", _("Spam"), "", "ban", view="spam"),
    _go("go-trash", _("Trash"), "", "trash-2", view="trash"),
    _go("go-customers", _("Customers"), "g c", "users", "contact-list"),
    _go("go-companies", _("Companies"), "", "building-2", "company-list"),
    _go("go-macros", _("Macros"), "", "zap", "macro-list"),
    _go("go-board", _("Availability"), "", "user-check", "board"),
    _go("go-queue", _("Queue"), "", "hourglass", "queue"),
    _go("go-notifications", _("Notifications"), "g n", "bell", "notification-list"),
    _go("go-settings", _("Settings"), "g ,", "settings", "settings"),
    _general("palette", _("Do anything"), "mod+k", "search", Where.ANYWHERE),
    Command("new", _("New conversation"), CommandGroup.GENERAL, "c", "square-pen", place="conversation-new"),
    _general("undo", _("Undo"), "z", "rotate-ccw"),
    _general("sidebar", _("Sidebar"), "[", "panel-left"),
    _general("help", _("Keyboard shortcuts"), "?", "keyboard"),
    _setting("settings-profile", _("Profile"), "user", "settings-profile"),
    _setting("settings-shortcuts", _("Change shortcuts"), "keyboard", "settings-shortcuts"),
    _setting("settings-notifications", _("What to be told of"), "bell", "settings-notifications"),
    _setting("theme-light", _("Light theme"), "sun"),
    _setting("theme-dark", _("Dark theme"), "moon"),
    _setting("theme-system", _("Theme of the system"), "monitor"),
    _setting("status-online", _("Set myself online"), "circle-check"),
    _setting("status-away", _("Set myself away"), "clock"),
    _setting("status-busy", _("Set myself busy"), "ban"),
    _setting("status-offline", _("Set myself offline"), "circle"),
)
COMMANDS: Mapping[str, Command] = {command.id: command for command in _ALL}
# What the browser does with these is missed too much.
_OF_THE_BROWSER = frozenset(f"mod+{key}" for key in "cflnpqrstvwxyz")
_NAMED = {"enter": "Enter", "↵": "Enter"}
_MODIFIER = {
    "ctrl": "mod",
    "control": "mod",
    "cmd": "mod",
    "command": "mod",
    "⌘": "mod",
    "mod": "mod",
    "shift": "shift",
}
_CAPS = {"mod": "Ctrl", "shift": "⇧", "Enter": "↵", "ArrowDown": "↓", "ArrowUp": "↑", "Escape": "Esc"}
STROKES_MOST, KEYS_MAX_LENGTH = 2, 40


def there_are() -> Iterator[Command]:
    """Return the commands in their order, without those whose place has no URL here."""
    for command in _ALL:
        try:
            command.url  # noqa: B018  # asks whether there is one
        except NoReverseMatch:
            continue
        yield command


def keys_in_force(command: Command, shortcuts: Mapping[str, str]) -> str:
    """Return the keys of a command for somebody with these shortcuts of their own, "" for none."""
    return shortcuts.get(command.id, command.keys)


def read_keys(text: str) -> str:
    """Return keys as somebody writes them ("Ctrl+K", "g  i") in the way they are kept. Raises: ValueError."""
    strokes = [_read_stroke(word) for word in text[:KEYS_MAX_LENGTH].split()]
    if len(strokes) > STROKES_MOST or (len(strokes) > 1 and any("mod" in stroke for stroke in strokes)):
        raise ValueError(text)
    return " ".join(strokes)


def _read_stroke(word: str) -> str:
    if len(word) == 1 and word.isprintable():
        return word
    *modifiers, key = re.split(r"\+(?=.)", word)
    names = {_MODIFIER.get(modifier.lower(), "") for modifier in modifiers}
    key = _NAMED.get(key.lower(), key.lower())
    if "mod" not in names or "" in names or (len(key) > 1 and key not in _NAMED.values()):
        raise ValueError(word)
    return "+".join([*sorted(names), key])


def key_caps(keys: str) -> list[str]:
    """Return what is printed on the keys: `g i` is G, I; `E` is ⇧, E; `mod+k` is Ctrl, K."""
    return [cap for stroke in keys.split() for cap in _caps_of(stroke)]


def _caps_of(stroke: str) -> list[str]:
    if len(stroke) == 1:
        return [_CAPS["shift"], stroke] if stroke.isupper() else [stroke.upper()]
    return [_CAPS.get(part, part.upper()) for part in re.split(r"\+(?=.)", stroke)]


def shortcut_errors(shortcuts: Mapping[str, str]) -> dict[str, str]:
    """Return what is wrong with somebody's own shortcuts, by command; they are in the form they are kept in."""
    found = {
        command_id: _now("The browser needs this one.")
        for command_id, keys in shortcuts.items()
        if keys in _OF_THE_BROWSER
    }
    used = [(command, keys) for command in there_are() if (keys := keys_in_force(command, shortcuts))]
    used += [(command, keys) for command in there_are() for keys in command.fixed]
    for (one, keys), (other, other_keys) in combinations(used, 2):
        if one.id == other.id or {one.where, other.where} == {Where.LIST, Where.THREAD}:
            continue
        if f"{keys} ".startswith(f"{other_keys} ") or f"{other_keys} ".startswith(f"{keys} "):
            # Told where somebody has chosen, not where the product has.
            chosen, kept = (one, other) if one.id in shortcuts else (other, one)
            found.setdefault(chosen.id, _clash(kept, keys if kept is one else other_keys))
    return found


def _clash(command: Command, keys: str) -> str:
    return _now("%(keys)s is “%(command)s” already.") % {"keys": " ".join(key_caps(keys)), "command": command.label}
