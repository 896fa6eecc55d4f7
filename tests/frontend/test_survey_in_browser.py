"""A customer on a phone says how they were helped."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from accounts.models import Account
from accounts.token_secrets import hash_of
from analytics.models import Survey
from email_channel.survey_links import survey_token
from tests.factories import make_conversation
from tests.fixtures.live import LiveServer
from tests.frontend.test_accessibility import faults_of

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def link(committed: None, acme: Account, live: LiveServer) -> str:
    """The link of a mail in which four was chosen."""
    now = timezone.now()
    conversation = make_conversation(subject="The drill is broken")
    survey = Survey.objects.create(conversation=conversation, resolved_at=now, due_at=now, sent_at=now, language="en")
    token = survey_token(survey.id, schema=acme.schema_name)
    Survey.objects.update(token_hash=hash_of(token))
    return live.url(f"/csat/{token}?rating=4")


@pytest.fixture
def plain_page(browser: Browser, watched: Callable[[Page], Page]) -> Page:
    """A phone without script."""
    context = browser.new_context(viewport=PHONE, java_script_enabled=False, reduced_motion="reduce")  # type: ignore[arg-type]
    return watched(context.new_page())


def test_answer_is_saved_and_changed_without_script(plain_page: Page, link: str) -> None:
    page = plain_page
    page.goto(link)
    expect(page.get_by_role("radio", name="4 Good")).to_be_checked()
    assert Survey.objects.get().rating is None

    page.get_by_role("radio", name="5 Very good").check()
    page.get_by_label("Anything to add?").fill("Fast and kind.")
    page.get_by_role("button", name="Send").click()

    expect(page.get_by_role("status")).to_contain_text("Saved: Very good.")
    expect(page.get_by_role("radio", name="5 Very good")).to_be_checked()
    survey = Survey.objects.get()
    assert (survey.rating, survey.comment) == (5, "Fast and kind.")

    page.get_by_role("link", name="Do not ask me again").click()
    page.get_by_role("button", name="Ask me no more").click()
    expect(page.get_by_role("heading", name="We ask you no more")).to_be_visible()


def test_keys_choose_a_face_and_faces_are_large_enough(page: Page, link: str) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(link)
    page.get_by_role("radio", name="4 Good").focus()

    page.keyboard.press("ArrowRight")

    expect(page.get_by_role("radio", name="5 Very good")).to_be_checked()
    sizes = [face.bounding_box() for face in page.locator(".face").all()]
    assert all(size and size["width"] >= 44 and size["height"] >= 44 for size in sizes)


def test_pages_are_accessible(page: Page, link: str) -> None:
    for path in (link, link.replace("?rating=4", "/stop")):
        page.goto(path)
        assert faults_of(page) == []
