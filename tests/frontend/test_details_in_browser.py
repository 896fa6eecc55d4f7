from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from accounts.models import User
from conversations.models import Conversation, ConversationTag
from teams.models import SlaPolicy
from tests.factories import make_tag

OpenPage = Callable[[User, str], Page]


@pytest.fixture
def wide(open_page: OpenPage, admin: User, conversations: list[Conversation]) -> Page:
    """Delivery, with a tag and a field, on a wide screen."""
    conversation = conversations[0]
    ConversationTag.objects.create(conversation=conversation, tag=make_tag("damaged"))
    conversation.custom_fields = {"Purchase": "NH-1", "Total": 12}
    conversation.save(update_fields=["custom_fields"])
    page = open_page(admin, f"/conversations/{conversation.display_id}?view=all")
    page.set_viewport_size({"width": 1440, "height": 900})
    return page


def test_field_is_edited_where_it_stands(wide: Page, conversations: list[Conversation]) -> None:
    wide.get_by_label("Purchase", exact=True).fill("NH-2")
    wide.get_by_label("Purchase", exact=True).press("Enter")
    wide.get_by_label("Total", exact=True).fill("twelve")
    wide.get_by_label("Total", exact=True).press("Enter")

    expect(wide.locator("#field-fault")).to_contain_text("Write a number.")
    wide.get_by_label("Total", exact=True).fill("13")
    with wide.expect_response(lambda answer: answer.url.endswith("/field?view=all")):
        wide.get_by_label("Total", exact=True).press("Enter")
    expect(wide.locator("#field-fault")).to_have_count(0)
    conversations[0].refresh_from_db()
    assert conversations[0].custom_fields == {"Purchase": "NH-2", "Total": 13}


def test_fields_are_saved_one_after_the_other_and_none_is_lost(wide: Page, conversations: list[Conversation]) -> None:
    held: list[Route] = []
    wide.route("**/field?*", lambda route: route.continue_() if held else held.append(route))
    with wide.expect_request("**/field?*"):
        wide.get_by_label("Purchase", exact=True).fill("NH-2")
        wide.get_by_label("Purchase", exact=True).press("Tab")
    wide.get_by_label("Total", exact=True).fill("13")
    wide.get_by_label("Total", exact=True).press("Tab")

    with wide.expect_response(lambda answer: "13" in (answer.request.post_data or "")):
        held[0].continue_()

    conversations[0].refresh_from_db()
    assert conversations[0].custom_fields == {"Purchase": "NH-2", "Total": 13}


def test_field_is_added_and_taken_away(wide: Page, conversations: list[Conversation]) -> None:
    wide.get_by_text("Add field").click()
    wide.get_by_label("Name of the field").fill("Colour")
    wide.get_by_label("Value", exact=True).fill("oak")
    wide.get_by_label("Value", exact=True).press("Enter")
    expect(wide.get_by_label("Colour", exact=True)).to_have_value("oak")

    wide.get_by_label("Purchase", exact=True).fill("")
    wide.get_by_label("Purchase", exact=True).press("Tab")

    expect(wide.get_by_label("Purchase", exact=True)).to_have_count(0)
    conversations[0].refresh_from_db()
    assert conversations[0].custom_fields == {"Total": 12, "Colour": "oak"}


def test_tag_is_taken_off_and_put_back(wide: Page) -> None:
    wide.get_by_role("button", name="Remove damaged").click()
    expect(wide.get_by_role("button", name="Remove damaged")).to_have_count(0)

    wide.keyboard.press("z")

    expect(wide.get_by_role("button", name="Remove damaged")).to_be_visible()


def test_history_is_loaded_when_it_is_opened_and_follows_what_happens(wide: Page) -> None:
    wide.locator("summary", has_text="History").click()
    expect(wide.locator("#history")).to_contain_text("Nothing has changed yet.")

    wide.get_by_label("Purchase", exact=True).fill("NH-2")
    wide.get_by_label("Purchase", exact=True).press("Enter")

    expect(wide.locator("#history ins")).to_contain_text("NH-2")
    expect(wide.locator("#history del")).to_contain_text("NH-1")


def test_history_that_cant_be_loaded_says_so_and_tries_again(wide: Page) -> None:
    def refuse(route: Route) -> None:
        route.fulfill(status=503, body="")

    wide.route("**/history**", refuse)
    wide.locator("summary", has_text="History").click()
    retry = wide.locator("#history").get_by_role("button", name="Retry")
    expect(retry).to_be_visible()
    expect(wide.locator(".toast")).to_have_count(0)

    wide.unroute("**/history**")
    retry.click()

    expect(wide.locator("#history")).to_contain_text("Nothing has changed yet.")


def test_section_stays_folded_after_a_reload(wide: Page) -> None:
    wide.locator("summary", has_text="Fields").click()
    expect(wide.get_by_label("Purchase", exact=True)).to_be_hidden()

    wide.reload()

    expect(wide.get_by_label("Purchase", exact=True)).to_be_hidden()
    wide.locator("summary", has_text="Fields").click()
    expect(wide.get_by_label("Purchase", exact=True)).to_be_visible()


def test_what_is_being_typed_into_a_field_outlives_a_refresh(
    wide: Page, conversations: list[Conversation], customer_writes: Callable[[Conversation, str], None]
) -> None:
    wide.get_by_label("Purchase", exact=True).fill("NH-half")

    customer_writes(conversations[0], "Hello?")

    expect(wide.locator("#timeline .msg").last).to_contain_text("Hello?")
    expect(wide.get_by_label("Purchase", exact=True)).to_have_value("NH-half")


def test_fields_are_edited_on_a_phone(wide: Page, conversations: list[Conversation]) -> None:
    wide.set_viewport_size({"width": 390, "height": 844})
    wide.locator("#thread").get_by_role("button", name="Details").click()

    wide.get_by_label("Purchase", exact=True).fill("NH-2")
    wide.get_by_label("Purchase", exact=True).press("Enter")

    expect(wide.locator("#conversation-details")).to_be_visible()
    expect(wide.get_by_label("Purchase", exact=True)).to_have_value("NH-2")


def test_policy_and_category_are_picked_where_they_stand(wide: Page, conversations: list[Conversation]) -> None:
    SlaPolicy.objects.create(name="Gold", first_response_s=3600)
    details = wide.locator("#conversation-details")
    wide.locator("body[data-whole]").wait_for()
    for kind, typed, shown in (("sla", "gold", "Gold"), ("category", "ret", "Return")):
        details.locator(f"[data-pick={kind}]").focus()
        wide.keyboard.press("Enter")
        expect(wide.locator(".picker-input")).to_be_focused()

        wide.keyboard.type(typed)
        wide.keyboard.press("Enter")

        expect(details.locator(f"[data-pick={kind}]")).to_contain_text(shown)
    expect(wide.locator(".toast", has_text="SLA policy set to Gold")).to_be_visible()
    conversations[0].refresh_from_db()
    assert conversations[0].sla_policy_is_set
