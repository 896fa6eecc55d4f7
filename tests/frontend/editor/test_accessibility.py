from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from conversations.models import Macro
from tests.factories import agent_of
from tests.frontend.editor.conftest import Writer
from tests.frontend.editor.test_suggestions import SHOW
from tests.frontend.test_accessibility import AXE, faults_of
from tests.servers.assistant_urls import FIRST

pytestmark = pytest.mark.skipif(
    not AXE.exists(), reason="axe is not installed (cd frontend && npm ci --ignore-scripts)"
)


def test_editor_with_a_suggestion_has_no_faults(writer: Writer) -> None:
    writer.type("Good news, two new panels are on the Wednesday van. /")
    expect(writer.ghost).to_have_text(FIRST)

    assert faults_of(writer.page) == []


def test_menu_and_draft_have_no_faults(writer: Writer) -> None:
    writer.choose_note()
    writer.type("Ask @")
    expect(writer.options.first).to_be_visible()
    assert faults_of(writer.page) == []
    writer.press("Escape")

    writer.host.evaluate(SHOW, "d1")

    assert faults_of(writer.page) == []


def test_pages_of_macros_have_no_faults(open_page: Callable[[User, str], Page], committed: None, admin: User) -> None:
    actions = [{"type": "reply", "text": "Dear {{contact.first_name}}"}, {"type": "add_tags", "tags": ["returns"]}]
    macro = Macro.objects.create(name="Say sorry", owner=agent_of(admin), visibility="account", actions=actions)
    page = open_page(admin, "/macros")
    assert faults_of(page) == []

    page.goto(page.url.replace("/macros", f"/macros/{macro.id}"))

    assert faults_of(page) == []


def test_macro_is_made_in_the_browser(open_page: Callable[[User, str], Page], committed: None, admin: User) -> None:
    page = open_page(admin, "/macros/new")
    page.get_by_label("Name").fill("Returns")
    page.get_by_label("Action", exact=True).select_option("reply")
    page.get_by_label("Text").fill("Dear {{contact.first_name}}")
    page.get_by_role("button", name="Add action").click()
    expect(page.locator(".step")).to_have_count(2)
    page.locator(".step").nth(1).get_by_label("Action", exact=True).select_option("priority")
    page.locator(".step").nth(1).get_by_label("Priority").select_option("high")
    page.locator(".step").nth(1).get_by_role("button", name="Move up").click()
    expect(page.locator(".step").first.get_by_label("Priority")).to_be_visible()

    page.get_by_role("button", name="Save macro").click()

    expect(page.get_by_role("link", name="Returns")).to_be_visible()
    kept = Macro.objects.get()
    assert [one["type"] for one in kept.actions] == ["priority", "reply"]
