"""The house's rules as machines (docs: CONTRIBUTING). The order of imports is import-linter's, style is ruff's."""

import ast
import importlib
import re
from collections import defaultdict
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from hummdesk import subscriptions
from hummdesk.api.views import ApiBehaviour
from hummdesk.celery import app as celery_app
from hummdesk.environment import PROJECT_ROOT
from hummdesk.events.event import Event
from tests.routes import patterns_of

APPS = ("accounts", "teams", "conversations", "email_channel", "ai", "analytics")
FOLDERS = ("hummdesk", *APPS, "tests", "benchmarks")
LINES_PER_FILE, LINES_PER_FUNCTION = 400, 60
EDGES = {"views", "api", "forms", "serializers", "consumers", "tasks", "management", "forms.py", "serializers.py"}
EDGES |= {"consumers.py", "tasks.py"}
WITH_DOCSTRING = {"enums.py", "errors.py", "events.py", "models", "access.py", "queries.py", "queries", "actions"}
# Django looks the one up in every command; the other is where a program begins.
MANY_TIMES = {"Command", "main"}
# Kept for the timeline and for audits; nothing reacts to them.
AUDIT_ONLY = {
    "AddressSuppressed",
    "AutomationRuleDeleted",
    "ConversationFollowed",
    "CsatStopped",
    "DomainChecked",
    "HoursDeleted",
    "LoadCorrected",
    "MacroApplied",
    "MailTakenIn",
    "MailboxAdded",
    "MailboxChanged",
    "MailboxRemoved",
    "SuppressionLifted",
    "TeamLeft",
}


def source_files(*folders: str) -> list[Path]:
    """Return the Python files that we write by hand."""
    found = [path for folder in folders for path in sorted((PROJECT_ROOT / folder).rglob("*.py"))]
    return [path for path in found if "migrations" not in path.parts and "node_modules" not in path.parts]


def short(path: Path) -> str:
    return str(path.relative_to(PROJECT_ROOT))


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def place_in_app(path: Path) -> str:
    """Return an app's file or folder that this file is or lies in, "" outside of the apps."""
    parts = path.relative_to(PROJECT_ROOT).parts
    return parts[1] if parts[0] in APPS else ""


def calls_of(path: Path, name: str) -> Iterator[str]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Call) and name in {getattr(node.func, "id", ""), getattr(node.func, "attr", "")}:
            yield f"{short(path)}:{node.lineno}"


def test_edges_leave_the_database_to_queries_and_actions() -> None:
    files = [path for path in source_files(*APPS) if place_in_app(path) in EDGES]
    found = [
        f"{short(path)}:{node.lineno}"
        for path in files
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr == "objects"
    ]
    found += [where for path in files for name in ("raw", "cursor", "execute") for where in calls_of(path, name)]

    assert not found


def test_only_actions_publish() -> None:
    files = [path for path in source_files("hummdesk", *APPS) if place_in_app(path) != "actions"]

    assert not [where for path in files for where in calls_of(path, "publish")]


def test_only_the_dispatcher_waits_for_the_commit() -> None:
    found = [where for path in source_files("hummdesk", *APPS) for where in calls_of(path, "on_commit")]

    assert {where.split(":")[0] for where in found} == {"hummdesk/events/dispatcher.py"}


def test_subscribed_tasks_are_registered() -> None:
    celery_app.loader.import_default_modules()
    beaten = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    subscribed = {name for names in subscriptions.TASKS.values() for name in names} | {subscriptions.ATTEND}

    assert not (beaten | subscribed) - set(celery_app.tasks)
    assert all(celery_app.tasks[name].platform for name in beaten)
    assert not any(celery_app.tasks[name].platform for name in subscribed)


def test_tasks_are_named_after_where_they_are() -> None:
    celery_app.loader.import_default_modules()
    ours = [name for name in celery_app.tasks if name.split(".")[0] in ("hummdesk", *APPS)]

    assert ours
    for name in ours:
        assert import_string(name).name == name


@pytest.mark.parametrize(
    "path", sorted({path for paths in subscriptions.TOGETHER.values() for path in paths} | {*subscriptions.WITH_LOG})
)
def test_function_that_runs_together_with_an_event_exists(path: str) -> None:
    assert callable(import_string(path))


def event_names() -> set[str]:
    for path in source_files(*APPS):
        if path.name == "events.py":
            importlib.import_module(short(path).removesuffix(".py").replace("/", "."))
    return {event.type_name() for event in Event.__subclasses__() if event.__module__.split(".")[0] in APPS}


def subscribed_names() -> set[str]:
    tables = (subscriptions.TOGETHER, subscriptions.TASKS, subscriptions.LIVE_TYPES)
    return {name for table in tables for name in table} | subscriptions.RIGHTS_CHANGE | subscriptions.ATTENDED


def test_every_subscription_is_to_an_event_that_exists() -> None:
    assert not subscribed_names() - event_names()


def test_every_event_has_a_subscriber_or_is_known_to_be_for_audits_only() -> None:
    assert event_names() - subscribed_names() == AUDIT_ONLY


def test_public_name_exists_once() -> None:
    places = defaultdict(list)
    # A task may be called like the one action that it runs.
    for path in [path for path in source_files("hummdesk", *APPS) if path.name != "tasks.py"]:
        for node in tree_of(path).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name[0] != "_":
                places[node.name].append(f"{short(path)}:{node.lineno}")

    assert not {name: where for name, where in places.items() if len(where) > 1 and name not in MANY_TIMES}


def test_no_file_is_named_for_everything() -> None:
    vague = re.compile(r"(utils?|helpers?|common|misc|manager|handler|stuff)(\.py)?$")
    found = [short(path) for path in source_files(*FOLDERS) if any(vague.match(part) for part in path.parts[-2:])]

    assert not found


def test_lower_floors_say_what_they_hold() -> None:
    files = source_files("hummdesk") + [path for path in source_files(*APPS) if place_in_app(path) in WITH_DOCSTRING]
    empty = {path for path in files if not path.read_text(encoding="utf-8").strip()}

    assert not [short(path) for path in files if path not in empty and not ast.get_docstring(tree_of(path))]


def test_no_file_is_too_long() -> None:
    lengths = {short(path): len(path.read_text(encoding="utf-8").splitlines()) for path in source_files(*FOLDERS)}

    assert not {name: lines for name, lines in lengths.items() if lines > LINES_PER_FILE}


def test_no_function_is_too_long() -> None:
    found = [
        f"{short(path)}:{node.lineno} {node.name}"
        for path in source_files(*FOLDERS)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= LINES_PER_FUNCTION
    ]

    assert not found


class TemplateReader(HTMLParser):
    """Notes what breaks the strict policy, and what does not work without script."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._check_policy(tag, given)
        self._check_without_script(tag, given)

    def _check_policy(self, tag: str, given: dict[str, str]) -> None:
        if tag == "style" or (tag == "script" and "src" not in given):
            self._fault(f"inline <{tag}>")
        for name, value in given.items():
            if name == "style" or name.startswith(("on", "hx-on")):
                self._fault(f"attribute {name}")
            if re.match(r"\s*(javascript|js):", value, re.IGNORECASE):
                self._fault(f"script in {name}")
        if "[" in given.get("hx-trigger", ""):
            self._fault("filter in hx-trigger, which is evaluated as script")

    def _check_without_script(self, tag: str, given: dict[str, str]) -> None:
        is_pressed = tag in {"a", "button", "form", "input", "select"} and "hx-trigger" not in given
        if "hx-get" in given and is_pressed and not {"href", "action", "formaction"} & set(given):
            self._fault("hx-get without href")
        sends = {"hx-post", "hx-put", "hx-patch", "hx-delete"} & set(given)
        if sends and not {"action", "formaction"} & set(given):
            self._fault(f"{min(sends)} without action")

    def _fault(self, what: str) -> None:
        line, _column = self.getpos()
        self.faults.append(f"{line}: {what}")


def template_faults(text: str) -> list[str]:
    """Return what is wrong with a template's markup. Its tags are blanked, with their line breaks kept."""
    text = re.sub(r"\{% comment %\}.*?\{% endcomment %\}|\{#.*?#\}", _line_breaks, text, flags=re.DOTALL)
    text = re.sub(r"\{%.*?%\}", lambda match: _line_breaks(match) or " ", text, flags=re.DOTALL)
    reader = TemplateReader()
    reader.feed(re.sub(r"\{\{.*?\}\}", "x", text))
    return reader.faults


def _line_breaks(match: re.Match[str]) -> str:
    return "\n" * match.group().count("\n")


TEMPLATES = sorted((PROJECT_ROOT / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=short)
def test_template_keeps_to_the_strict_policy_and_works_without_script(path: Path) -> None:
    assert not template_faults(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "markup",
    [
        "<script>go()</script>",
        "<style>p{}</style>",
        '<p style="color:red">',
        '<a href="/x" onclick="go()">',
        '<div hx-on:click="go()">',
        '<a href="javascript:go()">',
        "<div hx-vals='js:{a: 1}'>",
        '<div hx-trigger="click[ctrlKey]">',
        '<a hx-get="/x">',
        '<button hx-post="/x">',
        '<p {% if x %}style="y"{% endif %}>',
    ],
)
def test_template_check_sees_what_is_wrong(markup: str) -> None:
    assert len(template_faults(markup)) == 1


@pytest.mark.parametrize(
    "markup",
    [
        '<script src="/static/app.js" defer></script>',
        '<a href="/x" hx-get="/x">',
        '<form action="/x" method="post" hx-post="/x">',
        '<div hx-get="/x" hx-trigger="nudge from:body">',
        "{% comment %}<script>{% endcomment %}",
    ],
)
def test_template_check_lets_pass_what_is_right(markup: str) -> None:
    assert template_faults(markup) == []


def test_templates_are_short() -> None:
    lengths = {short(path): len(path.read_text(encoding="utf-8").splitlines()) for path in TEMPLATES}

    assert not {name: lines for name, lines in lengths.items() if lines > 150}


def test_every_call_of_the_api_behaves_alike() -> None:
    """Size limits, idempotency, ETags and rate-limit headers come from one class."""
    callbacks = [pattern.callback for path, pattern in patterns_of("hummdesk.urls") if path.startswith("api/v1/")]
    views = {getattr(callback, "cls", callback) for callback in callbacks}

    assert views
    assert not {str(view) for view in views if not (isinstance(view, type) and issubclass(view, ApiBehaviour))}
