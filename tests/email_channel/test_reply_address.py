"""Addresses of conversations: made, read in any case, and nobody else's."""

import string
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from email_channel.reply_address import make_reply_token, number_in, token_in, with_token

SECRET = b"s" * 32
SUPPORT = "support@acme.example"


def token(number: int = 1042, account: str = "acme") -> str:
    return make_reply_token(uuid4(), number, account=account, secret=SECRET)


def test_a_token_is_short_and_the_same_each_time() -> None:
    conversation_id = uuid4()

    first, again = (make_reply_token(conversation_id, 7, account="acme", secret=SECRET) for _ in "ab")

    assert first == again
    assert len(first) == len("7-") + 10
    assert set(first) <= set(string.ascii_lowercase + string.digits + "-")


def test_a_token_is_of_one_conversation_one_account_and_one_secret() -> None:
    one, other = uuid4(), uuid4()

    tokens = {
        make_reply_token(one, 7, account="acme", secret=SECRET),
        make_reply_token(other, 7, account="acme", secret=SECRET),
        make_reply_token(one, 7, account="nordhem", secret=SECRET),
        make_reply_token(one, 7, account="acme", secret=b"t" * 32),
    }

    assert len(tokens) == 4


@given(st.integers(1, 999_999_999), st.data())
def test_a_token_is_read_in_whatever_case_it_comes_back(number: int, data: st.DataObject) -> None:
    given_token = token(number)
    address = with_token(SUPPORT, given_token)
    written = "".join(data.draw(st.sampled_from([sign, sign.upper()])) for sign in address)

    found = token_in(f" {written} ", of=SUPPORT)

    assert found == given_token
    assert number_in(found) == number


@pytest.mark.parametrize(
    "address",
    [
        SUPPORT,
        "support+orders@acme.example",
        "support+1042@acme.example",
        "support+1042-short@acme.example",
        "support+0-aaaaaaaaaa@acme.example",
        "support+1042-aaaaaaaaaaa@acme.example",
        "support+1042-aaaaaaaaa1@acme.example",
        "support+1042-aaaaaaaaaa@other.example",
        "other+1042-aaaaaaaaaa@acme.example",
        "support+1234567890-aaaaaaaaaa@acme.example",
        "support+x+1042-aaaaaaaaaa@acme.example",
        "",
        "\x00\ud800",
    ],
)
def test_what_has_no_token_of_the_mailbox_names_nothing(address: str) -> None:
    assert token_in(address, of=SUPPORT) == ""


@given(st.text())
def test_any_text_can_be_looked_into(text: str) -> None:
    assert token_in(f"support+{text}@acme.example", of=SUPPORT) in ("", text.lower())


def test_a_mailbox_with_a_detail_of_its_own_has_no_token() -> None:
    assert with_token("support+eu@acme.example", token()) == ""


def test_a_mailbox_with_a_long_name_has_no_token() -> None:
    assert with_token(f"{'a' * 60}@acme.example", token()) == ""
    assert with_token(f"{'a' * 40}@acme.example", token())
