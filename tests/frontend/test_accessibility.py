from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page

from accounts.models import User
from conversations.models import Conversation
from hummdesk.environment import PROJECT_ROOT
from tests.fixtures.live import LiveServer

AXE = Path(PROJECT_ROOT, "frontend/node_modules/axe-core/axe.min.js")
RULES = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']"
FAULTS = f"""async () => (await axe.run(document, {{ runOnly: {RULES} }})).violations.map(
    fault => `${{fault.id}}: ${{fault.nodes[0].html.slice(0, 200)}} ${{fault.nodes[0].failureSummary}}`)"""
# A new theme and size are on the screen two frames later; until then axe sees colours of both.
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
PHONE, SCREEN = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
Scheme = Literal["light", "dark"]

pytestmark = pytest.mark.skipif(
    not AXE.exists(), reason="axe is not installed (cd frontend && npm ci --ignore-scripts)"
)


def faults_of(page: Page, scheme: Scheme) -> list[str]:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    faults: list[str] = []
    for size in (SCREEN, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.evaluate(PAINTED)
        page.evaluate(AXE.read_text() + ";0")
        faults += page.evaluate(FAULTS)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults.append(f"wider than {size['width']} px")
    return faults


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_inbox_has_no_faults(desk: Page, scheme: Scheme) -> None:
    assert faults_of(desk, scheme) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_conversation_has_no_faults(
    open_page: Callable[[User, str], Page], admin: User, conversations: list[Conversation], scheme: Scheme
) -> None:
    page = open_page(admin, f"/conversations/{conversations[0].display_id}")

    assert faults_of(page, scheme) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/account/login/", "/account/password/reset/", "/account/password/reset/done/"])
def test_signed_out_pages_have_no_faults(
    page: Page, watched: Callable[[Page], Page], live: LiveServer, path: str, scheme: Scheme
) -> None:
    watched(page).goto(live.url(path))

    assert faults_of(page, scheme) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_error_page_has_no_faults(
    page_of: Callable[..., Page], watched: Callable[[Page], Page], live: LiveServer, admin: User, scheme: Scheme
) -> None:
    page = watched(page_of(admin))
    page.goto(live.url("/conversations/987654"))

    assert page.get_by_role("heading", name="Nothing here").is_visible()
    assert faults_of(page, scheme) == []
