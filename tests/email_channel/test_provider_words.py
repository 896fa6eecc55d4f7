from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from email_channel.enums import BounceKind, SendState
from email_channel.provider_words import TOLD_STATES, delivery_word, recipients_told, tag_of

AT = datetime(2026, 11, 23, 1, 6, 0, 123000, tzinfo=UTC)
SCALARS = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
JSON = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(st.sampled_from(["type", "message", "to"]), SCALARS)


def event(type: str, **more: Any) -> dict[str, Any]:
    data = {"email_id": "56761188", "to": ["Ada <Ada@customers.example>"], "tags": {"account": "acme"}, **more}
    return {"type": type, "created_at": "2026-11-23T01:06:00.123Z", "data": data}


def test_a_hard_bounce_says_so_in_the_words_of_the_other_server() -> None:
    bounce = {
        "type": "Permanent",
        "subType": "General",
        "message": "The address does not exist.",
        "diagnosticCode": ["smtp; 550 5.1.1 user unknown"],
    }

    word = delivery_word("email.bounced", event("email.bounced", bounce=bounce))

    assert word is not None
    assert (word.state, word.at, word.bounce_kind) == (SendState.BOUNCED, AT, BounceKind.HARD)
    assert (word.status_code, word.error) == (
        "5.1.1",
        "smtp; 550 5.1.1 user unknown The address does not exist.",
    )


@pytest.mark.parametrize("kind", ["Transient", "Temporary", "Undetermined", "", None, 5])
def test_a_bounce_of_any_other_type_is_soft(kind: object) -> None:
    word = delivery_word("email.bounced", event("email.bounced", bounce={"type": kind, "message": "Mailbox full"}))

    assert word is not None
    assert word.bounce_kind == BounceKind.SOFT


def test_why_a_mail_failed_or_was_suppressed_is_told() -> None:
    failed = delivery_word("email.failed", event("email.failed", failed={"reason": "reached_daily_quota"}))
    kept = delivery_word("email.suppressed", event("email.suppressed", suppressed={"message": "On the list"}))

    assert failed is not None
    assert kept is not None
    assert (failed.error, kept.error) == ("reached_daily_quota", "On the list")


def test_an_event_of_another_kind_says_nothing_of_a_mail() -> None:
    assert delivery_word("email.received", event("email.received")) is None
    assert delivery_word("contact.created", event("contact.created")) is None


def test_tags_and_recipients_are_read() -> None:
    told = event("email.sent")

    assert (tag_of(told, "account"), tag_of(told, "delivery"), tag_of({}, "account")) == ("acme", "", "")
    assert recipients_told(told) == ["ada@customers.example"]


@given(st.sampled_from(sorted(TOLD_STATES)), st.dictionaries(st.sampled_from(["created_at", "data"]), JSON))
def test_no_payload_is_too_strange(type: str, payload: dict[str, Any]) -> None:
    word = delivery_word(type, payload)

    assert word is not None
    assert word.at.tzinfo is not None
    assert recipients_told(payload) is not None


@given(st.dictionaries(st.sampled_from(["bounce", "failed", "suppressed", "to", "tags", "email_id"]), JSON))
def test_no_data_is_too_strange(data: dict[str, Any]) -> None:
    word = delivery_word("email.bounced", {"data": data})

    assert word is not None
    assert "\x00" not in word.error
    word.error.encode()
