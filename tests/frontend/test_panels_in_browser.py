from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from conversations.models import Conversation

OpenPage = Callable[[User, str], Page]
# How far things have jumped since the page began, by themselves.
NO_SHIFT = 0.001
SHIFT = """async () => {
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
  const seen = new PerformanceObserver(() => {})
  seen.observe({ type: 'layout-shift', buffered: true })
  return seen.takeRecords().filter(entry => !entry.hadRecentInput).reduce((sum, entry) => sum + entry.value, 0)
}"""


@pytest.fixture
def wide(open_page: OpenPage, admin: User, conversations: list[Conversation]) -> Page:
    """A conversation on a wide screen."""
    page = open_page(admin, f"/conversations/{conversations[0].display_id}?view=all")
    page.set_viewport_size({"width": 1440, "height": 900})
    return page


def width_of(page: Page, selector: str) -> int:
    width: float = page.locator(selector).evaluate("element => element.getBoundingClientRect().width")
    return round(width)


def test_details_fold_by_key_and_stay_folded_after_a_reload(wide: Page) -> None:
    wide.keyboard.press("]")
    expect(wide.locator("#conversation-details")).to_be_hidden()
    expect(wide.locator("#thread").get_by_role("button", name="Details")).to_be_visible()

    wide.reload()

    expect(wide.locator("#conversation-details")).to_be_hidden()
    assert wide.evaluate(SHIFT) < NO_SHIFT
    wide.locator("#thread").get_by_role("button", name="Details").click()
    expect(wide.locator("#conversation-details")).to_be_visible()


def test_hiding_the_details_leaves_the_focus_at_what_brings_them_back(wide: Page) -> None:
    wide.get_by_role("button", name="Hide details").click()

    expect(wide.locator("#thread").get_by_role("button", name="Details")).to_be_focused()


def test_sidebar_folds_to_a_rail_and_stays_so_after_a_reload(wide: Page) -> None:
    wide.keyboard.press("[")
    assert width_of(wide, "#side") == 56

    wide.reload()

    assert width_of(wide, "#side") == 56
    assert wide.evaluate(SHIFT) < NO_SHIFT
    wide.get_by_role("button", name="Sidebar", exact=True).click()
    assert width_of(wide, "#side") == 226


def test_list_is_resized_by_keyboard_and_remembered(wide: Page) -> None:
    separator = wide.get_by_role("separator", name="Width of the list")
    separator.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "ArrowRight"):
        separator.press(key)
    assert width_of(wide, "#conversation-list") == 376
    expect(separator).to_have_attribute("aria-valuenow", "376")

    wide.reload()

    assert width_of(wide, "#conversation-list") == 376
    assert wide.evaluate(SHIFT) < NO_SHIFT


def test_details_are_resized_by_pointer_within_their_bounds(wide: Page) -> None:
    box = wide.get_by_role("separator", name="Width of the details").bounding_box()
    assert box is not None
    x, y = box["x"] + 4, box["y"] + 300

    wide.mouse.move(x, y)
    wide.mouse.down()
    wide.mouse.move(x - 40, y, steps=4)
    assert width_of(wide, "#conversation-details") in range(325, 332)
    wide.mouse.move(x - 400, y, steps=4)
    wide.mouse.up()

    assert width_of(wide, "#conversation-details") == 420
    wide.reload()
    assert width_of(wide, "#conversation-details") == 420


@pytest.mark.parametrize("size", [(1024, 768), (820, 1100), (390, 844), (320, 256)])
def test_widest_panels_leave_room_on_small_screens(wide: Page, size: tuple[int, int]) -> None:
    for name in ("Width of the list", "Width of the details"):
        wide.get_by_role("separator", name=name).press("End" if "list" in name else "Home")

    wide.set_viewport_size({"width": size[0], "height": size[1]})
    wide.reload()

    assert wide.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert width_of(wide, "#thread") >= min(size[0], 360)


def test_details_are_a_drawer_on_a_narrow_screen(wide: Page) -> None:
    wide.set_viewport_size({"width": 1100, "height": 800})
    expect(wide.locator("#conversation-details")).to_be_hidden()

    wide.keyboard.press("]")
    expect(wide.locator("#conversation-details")).to_be_visible()
    wide.keyboard.press("]")

    expect(wide.locator("#conversation-details")).to_be_hidden()


def test_details_are_a_sheet_on_a_phone(wide: Page) -> None:
    wide.set_viewport_size({"width": 390, "height": 844})

    wide.locator("#thread").get_by_role("button", name="Details").click()

    box = wide.locator("#conversation-details").bounding_box()
    assert box is not None
    assert box["width"] == 390
    assert box["y"] + box["height"] == 844
    wide.get_by_role("button", name="Hide details").click()
    expect(wide.locator("#conversation-details")).to_be_hidden()


def test_hostile_cookie_changes_nothing(wide: Page) -> None:
    wide.evaluate("document.cookie = 'layout=details-w-9999.list-w-1.%22onload=x.fold-.x\\u003c; path=/'")

    wide.reload()

    assert width_of(wide, "#conversation-list") == 344
    expect(wide.locator(".app")).to_have_attribute("class", "app")
