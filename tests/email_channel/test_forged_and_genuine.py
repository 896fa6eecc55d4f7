"""500 forged mails, and 200 to forged addresses, join nothing and reach nobody; of 50 genuine answers 49 join."""

import base64
import random
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from accounts.models import Account
from conversations.actions.forward_message import forward_message
from conversations.actions.write_message import send_reply
from conversations.models import Conversation, Message
from email_channel.actions.take_in_mail import TakenIn
from email_channel.composing import make_message_id
from email_channel.enums import Direction
from email_channel.models import EmailMessage, OutgoingDelivery, Participant
from email_channel.reply_address import make_reply_token, with_token
from email_channel.secrets import message_id_secret, reply_token_secret
from hummdesk.tenancy.context import current_schema
from teams.access import Viewer
from tests.email_channel.conftest import Receive, conversation_of, email_of
from tests.email_channel.mails import SUPPORT, raw_mail

ADA, BOB, MAKER = "ada@customers.example", "bob@customers.example", "maker@drills.example"
FIRST_ID = "<first@customers.example>"
Headers = tuple[tuple[str, str], ...]


@pytest.fixture
def first(receive: Receive) -> TakenIn:
    return receive(raw_mail(message_id=FIRST_ID, headers=(("Cc", f"Bob <{BOB}>"),)))


@pytest.fixture
def ours(first: TakenIn, viewer: Viewer) -> EmailMessage:
    assert first.conversation_id is not None
    send_reply(viewer=viewer, conversation_id=first.conversation_id, body_text="Did you plug it in?")
    return EmailMessage.objects.get(direction=Direction.OUTGOING)


def text_of(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def flipped(message_id: str, position: int, bit: int) -> str:
    """Return one of our ids with one bit of its payload turned over."""
    parts = [base64.urlsafe_b64decode(part + "==") for part in message_id.strip("<>").partition("@")[0].split(".")]
    whole = bytearray(b"".join(parts))
    whole[position % len(whole)] ^= 1 << bit
    ends = (16, 28, len(whole))
    pieces = [text_of(bytes(whole[start:end])) for start, end in zip((0, *ends), ends, strict=False)]
    return f"<{'.'.join(pieces)}@acme.example>"


def forged_ids(our_id: str, conversation_id: UUID, nordhem: Account) -> Iterator[str]:
    """Yield 400 ids that come in the customer's own name: guessed, of another account, outdated, stripped, changed."""
    chance = random.Random(5)
    schema, own = current_schema(), message_id_secret()
    conversation, random_part, mac = our_id.strip("<>").partition("@")[0].split(".")
    for _ in range(100):
        guess = f"{text_of(chance.randbytes(12))}.{text_of(chance.randbytes(16))}"
        yield f"<{text_of(conversation_id.bytes)}.{guess}@acme.example>"
    for number in range(100):
        account = nordhem.schema_name if number % 2 else f"{schema} "
        yield make_message_id(conversation_id, account=account, domain="acme.example", secret=own)
    for number in range(60):
        former = f"a former secret {number}".encode()
        yield make_message_id(conversation_id, account=schema, domain="acme.example", secret=former)
    for _ in range(20):
        yield make_message_id(uuid4(), account=schema, domain="acme.example", secret=own)
    for cut in range(1, 16):
        yield f"<{conversation}.{random_part}.{mac[:-cut]}@acme.example>"
    yield from (
        f"<{conversation}@a.example>",
        f"<{conversation}.{random_part}@a.example>",
        f"<.{random_part}.{mac}@a>",
    )
    yield from (f"<{random_part}.{conversation}.{mac}@a.example>", f"<{mac}.{random_part}.{conversation}@a.example>")
    for number in range(100):
        yield flipped(our_id, number, chance.randrange(8))


def strangers_mails(our_id: str, number: int) -> Iterator[bytes]:
    """Yield 100 mails of strangers that name the conversation rightly."""
    names = ("Ada Byron", f'"{ADA}"', f"{ADA} via web", "Acme Support")
    for each in range(100):
        sender = f"{names[each % 4]} <eve{each}@elsewhere.example>"
        headers: Headers = (("In-Reply-To", our_id), ("References", f"{FIRST_ID} {our_id}"), ("Reply-To", ADA))
        yield raw_mail(sender=sender, subject=f"Re: [#{number}]", headers=headers if each % 5 else headers[2:])


def what_there_is(conversation: Conversation) -> tuple[int, int]:
    messages = Message.objects.filter(conversation=conversation).count()
    return messages, Participant.objects.filter(conversation=conversation).count()


@pytest.mark.timeout(600)
def test_five_hundred_forged_mails_join_nothing_and_reach_nobody(
    receive: Receive, first: TakenIn, ours: EmailMessage, nordhem: Account
) -> None:
    conversation = conversation_of(first)
    ids = list(forged_ids(ours.message_id, conversation.id, nordhem))
    in_our_form = [raw_mail(headers=(("In-Reply-To", one), ("References", one))) for one in ids]
    forged = [*in_our_form, *strangers_mails(ours.message_id, conversation.display_id)]
    before = what_there_is(conversation)

    for raw in forged:
        receive(raw)

    assert len(forged) == 500
    assert what_there_is(conversation) == before
    assert OutgoingDelivery.objects.count() == 1
    assert EmailMessage.objects.filter(direction=Direction.INCOMING, landed_because="foreign_sender").count() == 100


def forged_addresses(conversation: Conversation, nordhem: Account) -> Iterator[str]:
    """Yield 150 addresses of the conversation: guessed, of another account, outdated, another's, stripped, changed."""
    chance, number = random.Random(7), conversation.display_id
    schema, own, signs = current_schema(), reply_token_secret(), "abcdefghijklmnopqrstuvwxyz234567"
    right = make_reply_token(conversation.id, number, account=schema, secret=own)
    tokens = ["".join([f"{number}-", *chance.choices(signs, k=10)]) for _ in range(60)]
    tokens += [make_reply_token(conversation.id, number, account=nordhem.schema_name, secret=own)]
    tokens += [make_reply_token(uuid4(), number, account=schema, secret=own) for _ in range(28)]
    tokens += [make_reply_token(conversation.id, number, account=schema, secret=bytes([each])) for each in range(30)]
    tokens += [make_reply_token(conversation.id, number, account=schema, secret=message_id_secret())]
    tokens += [right[:-cut] for cut in range(1, 11)] + [f"{right}a", f"0{right}", f"{right}+{right}"]
    for position in range(len(right) - 10, len(right)):
        other = "a" if right[position] != "a" else "b"
        tokens.append(f"{right[:position]}{other}{right[position + 1 :]}")
    tokens += [right.replace(f"{number}-", f"{number + step}-") for step in range(1, 8)]
    yield from (with_token(SUPPORT, token) for token in tokens)


@pytest.mark.timeout(600)
def test_two_hundred_mails_to_forged_addresses_join_nothing(
    receive: Receive, first: TakenIn, ours: EmailMessage, nordhem: Account
) -> None:
    conversation = conversation_of(first)
    addresses = list(forged_addresses(conversation, nordhem))
    forged = [raw_mail(to=address) for address in addresses]
    right = make_reply_token(
        conversation.id, conversation.display_id, account=current_schema(), secret=reply_token_secret()
    )
    senders = (f'"{ADA}" <eve{each}@elsewhere.example>' for each in range(50))
    forged += [raw_mail(sender=sender, to=with_token(SUPPORT, right)) for sender in senders]
    before = what_there_is(conversation)

    for raw in forged:
        receive(raw)

    assert len(forged) == 200
    assert what_there_is(conversation) == before
    assert OutgoingDelivery.objects.count() == 1
    assert EmailMessage.objects.filter(landed_because="foreign_sender").count() == 50


def styles(our_id: str, anchor: str, number: int) -> list[tuple[str, Headers]]:
    """Return subject and headers as programs write them when somebody answers our mail."""
    chain = " ".join([*(f"<{each}@elsewhere.example>" for each in range(60)), FIRST_ID, our_id])
    subject = "Re: The drill is broken"
    return [
        (subject, (("In-Reply-To", our_id), ("References", f"{FIRST_ID} {our_id}"))),  # most
        (
            subject,
            (("References", f"{FIRST_ID}\r\n {our_id}"), ("In-Reply-To", our_id), ("Thread-Index", "Ac==")),
        ),  # Outlook
        (subject, (("References", f"{FIRST_ID}\r\n\t{our_id}"),)),
        (f"VS: {subject}", (("In-Reply-To", our_id),)),
        (subject, (("In-Reply-To", f'Your message of "Mon, 23 Nov 2026" {our_id}'),)),  # RFC 822's own form
        (subject, (("IN-REPLY-TO", our_id), ("REFERENCES", chain))),
        (subject, (("In-Reply-To", our_id.replace("@acme.example", "@relay.example")),)),
        # The provider had put its own Message-ID in the place of ours.
        (subject, (("In-Reply-To", "<0100@mail.example>"), ("References", f"{anchor} <0100@mail.example>"))),
        (f"Sv: [#{number}] {subject}", ()),  # a program that keeps no header
        ("=?utf-8?q?Svar=3A_borren?=", (("In-Reply-To", f" {our_id} "), ("References", f"{FIRST_ID}{our_id}"))),
    ]


SENDERS = [
    ADA,
    "Ada Byron <ADA@Customers.Example>",
    "=?utf-8?q?Ada_Lovelace=2C_n=C3=A9e_Byron?= <ada@home.example>",
    f'"Byron, Bob" <{BOB}>',
    f"{MAKER} (The maker)",
]


def test_of_fifty_genuine_answers_nearly_all_join(
    receive: Receive, first: TakenIn, ours: EmailMessage, viewer: Viewer
) -> None:
    conversation = conversation_of(first)
    conversation.contact.identities.create(kind="email", value="ada@home.example")
    forward = forward_message(viewer=viewer, conversation_id=conversation.id, to=[MAKER])
    (anchor,) = forward.email.references
    answers = [
        raw_mail(sender=sender, subject=subject, headers=headers)
        for subject, headers in styles(ours.message_id, anchor, conversation.display_id)
        for sender in SENDERS
    ]

    landed = [receive(raw) for raw in answers]

    joined = [one for one in landed if one.conversation_id == conversation.id]
    assert len(landed) == 50
    assert len(joined) >= 49
    assert {email_of(one).landing["sender"] for one in joined} == {"customer", "participant"}
