from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from accounts.models import User
from conversations.actions.assign_conversation import assign_conversation
from conversations.models import Conversation
from teams.access import viewer_of
from tests.fixtures.live import LiveServer
from tests.fixtures.work import RunTasks

OpenPage = Callable[[User, str], Page]


def test_profile_saves_itself_and_says_so(open_page: OpenPage, admin: User) -> None:
    page = open_page(admin, "/settings/profile")

    page.get_by_label("Time zone").focus()
    page.get_by_label("Time zone").select_option("Asia/Tokyo")

    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    expect(page.get_by_label("Time zone")).to_be_focused()
    page.reload()
    expect(page.get_by_label("Time zone")).to_have_value("Asia/Tokyo")


def test_name_shows_in_the_corner_and_none_is_refused(open_page: OpenPage, admin: User) -> None:
    page = open_page(admin, "/settings/profile")
    page.get_by_label("Name").fill("Aino Laine")
    page.get_by_label("Name").press("Enter")
    expect(page.locator("summary.me")).to_contain_text("Aino Laine")

    page.get_by_label("Name").fill(" ")
    page.get_by_label("Name").press("Tab")

    expect(page.locator(".field .error")).to_be_visible()
    expect(page.locator("summary.me")).to_contain_text("Aino Laine")


def test_what_is_changed_while_an_answer_is_under_way_is_kept_and_sent(open_page: OpenPage, admin: User) -> None:
    page = open_page(admin, "/settings/profile")
    held: list[Route] = []
    page.route("**/settings/profile", lambda route: route.continue_() if held else held.append(route))
    with page.expect_request("**/settings/profile"):
        page.get_by_label("Time zone").select_option("Asia/Tokyo")

    page.get_by_label("Name").fill("Aino Laine")
    page.get_by_label("Name").press("Tab")

    expect(page.locator("summary.me")).to_contain_text("Aino Laine")
    page.reload()
    expect(page.get_by_label("Name")).to_have_value("Aino Laine")
    expect(page.get_by_label("Time zone")).to_have_value("Asia/Tokyo")


def test_hours_keep_what_is_typed_when_a_choice_shows_more(open_page: OpenPage, admin: User) -> None:
    page = open_page(admin, "/settings/hours/new")
    page.locator("body[data-whole]").wait_for()
    page.get_by_label("Name").fill("Winter")

    page.get_by_label("Public holidays of").select_option("FI")

    expect(page.locator(".hours-coming li").first).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("Winter")


def test_theme_changes_at_once_and_is_there_at_first_paint(open_page: OpenPage, admin: User, live: LiveServer) -> None:
    page = open_page(admin, "/settings/profile")
    page.get_by_role("combobox", name="Theme").select_option("dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")

    answer = page.goto(live.url("/inbox"))

    assert answer is not None
    assert 'data-theme="dark"' in answer.text()


def test_language_takes_effect(open_page: OpenPage, admin: User) -> None:
    page = open_page(admin, "/settings/profile")

    page.get_by_label("Language").select_option("fi")

    expect(page.locator("html")).to_have_attribute("lang", "fi")


def test_status_and_theme_are_switched_in_the_menu(open_page: OpenPage, admin: User) -> None:
    page = open_page(admin, "/inbox")
    page.locator("summary.me").click()
    page.get_by_role("button", name="Away").click()
    expect(page.locator("summary.me")).to_contain_text("Away")
    expect(page.locator("summary.me .presence-away")).to_be_visible()

    page.locator("summary.me").click()
    page.get_by_role("button", name="Dark").click()

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("summary.me")).to_contain_text("Away")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_notification_rings_the_bell_and_leads_to_its_conversation(
    open_page: OpenPage, admin: User, leader: User, conversations: list[Conversation], run_tasks: RunTasks
) -> None:
    page = open_page(leader, "/settings/profile")
    expect(page.locator("#bell .badge")).to_have_count(0)

    by_admin = viewer_of(admin.memberships.get())
    assign_conversation(viewer=by_admin, conversation_id=conversations[0].display_id, assignee_id=leader.pk)
    run_tasks()

    expect(page.locator("#bell .badge")).to_contain_text("1")
    expect(page.locator(".toast-told")).to_contain_text("Admin Of Acme assigned this to you")
    page.locator(".toast-told a").click()
    expect(page.locator("#thread-header h2")).to_have_text("Delivery")
    expect(page.locator("#bell .badge")).to_have_count(0)


def test_notifications_are_reached_on_a_phone_and_marked(
    open_page: OpenPage, admin: User, leader: User, conversations: list[Conversation], run_tasks: RunTasks
) -> None:
    by_admin = viewer_of(admin.memberships.get())
    page = open_page(leader, "/inbox")
    page.set_viewport_size({"width": 390, "height": 844})
    assign_conversation(viewer=by_admin, conversation_id=conversations[0].display_id, assignee_id=leader.pk)
    run_tasks()
    page.locator(".toast-told").get_by_role("button", name="Dismiss").click()
    page.get_by_role("button", name="More", exact=True).click()
    page.locator("#bell").click()

    page.get_by_role("button", name="Mark as read").click()

    expect(page.get_by_role("button", name="Mark as unread")).to_be_visible()
    expect(page.locator(".told.unread")).to_have_count(0)


def test_request_that_fails_says_what_is_safe_and_is_tried_again(
    open_page: OpenPage, admin: User, conversations: list[Conversation]
) -> None:
    page = open_page(admin, "/inbox?view=unassigned")
    broken = True

    def answer(route: Route) -> None:
        route.fulfill(status=500, body="no") if broken else route.continue_()

    page.route("**/conversations/*", answer)
    page.locator(".row", has_text="Delivery").locator("a").click()
    expect(page.locator(".toast")).to_contain_text("What you wrote is safe.")

    broken = False
    page.get_by_role("button", name="Retry").click()

    expect(page.locator("#thread-header h2")).to_have_text("Delivery")


def test_conversation_that_moved_away_says_so(
    open_page: OpenPage, admin: User, conversations: list[Conversation]
) -> None:
    page = open_page(admin, "/inbox?view=unassigned")
    conversation = conversations[0]
    conversation.messages.all().delete()
    page.route(
        "**/conversations/*", lambda route: route.fulfill(status=404, body="<!doctype html><p class=lead>Gone</p>")
    )

    page.locator(".row", has_text="Delivery").locator("a").click()

    expect(page.locator(".toast")).to_contain_text("not yours to see any more")
