import pytest
from pytest_django import Settings

from hummdesk.page_slots import PageSlot, conversation_slots


@pytest.mark.urls("hummdesk.urls")
def test_conversation_slots_are_those_whose_url_exists(settings: Settings) -> None:
    settings.CONVERSATION_PANELS = ("nobody-has-this", "conversation-history", "home")

    assert conversation_slots(7) == (PageSlot("conversation-history", "/conversations/7/history"),)
