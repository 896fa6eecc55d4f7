"""Every mail that lies beside the project goes through intake: none raises, none is lost."""

import csv
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from email_channel.actions.store_mail import store_mail_for
from email_channel.actions.take_in_mail import TakenIn, take_in_mail
from email_channel.enums import IntakeState, MailSource, Outcome
from email_channel.errors import EmptyMail, MailTooLarge
from email_channel.mbox import mails_in
from email_channel.models import EmailMessage, IncomingMail, Mailbox
from tests.email_channel.mails import SUPPORT

VISIBLE = {Outcome.CREATED, Outcome.APPENDED, Outcome.DUPLICATE, Outcome.QUARANTINED}


def is_accounted_for(taken_in: TakenIn) -> bool:
    """Return whether the mail is in a conversation, or a bounce, which the list of incoming mail shows."""
    if taken_in.outcome == Outcome.SUPPRESSED:
        return taken_in.reason in ("bounce", "complaint")
    return taken_in.outcome in VISIBLE and taken_in.message_id is not None


def message_files(shared_dir: Path) -> list[Path]:
    with (shared_dir / "mail" / "MANIFEST.csv").open(newline="") as manifest:
        return [shared_dir / "mail" / row["path"] for row in csv.DictReader(manifest) if row["kind"] == "message"]


def take_in(raw: bytes) -> TakenIn | None:
    """Return what became of a mail, None for one that holds nothing."""
    try:
        stored = store_mail_for(address=SUPPORT, raw=raw, source=MailSource.FILE, defer=False)
    except EmptyMail:
        return None
    return take_in_mail(stored.id)


@pytest.mark.shared
@pytest.mark.timeout(600)
def test_every_mail_of_the_corpus_becomes_visible(
    committed: None, shared_dir: Path, mailbox: Mailbox, capsys: pytest.CaptureFixture[str]
) -> None:
    files = message_files(shared_dir)
    outcomes: Counter[tuple[str, str]] = Counter()
    lost, slowest, start = [], 0.0, time.monotonic()

    for file in files:
        for raw in mails_in(file):
            began = time.monotonic()
            taken_in = take_in(raw)
            slowest = max(slowest, time.monotonic() - began)
            outcomes[(taken_in.outcome, taken_in.reason) if taken_in else ("refused", "empty")] += 1
            if taken_in and not is_accounted_for(taken_in):
                lost.append(file.name)

    took_s = time.monotonic() - start
    _print_table(capsys, outcomes, took_s, slowest)
    assert len(files) > 1_000
    assert lost == []
    assert not IncomingMail.objects.exclude(state=IntakeState.DONE).exists()
    assert EmailMessage.objects.count() == outcomes.total() - sum(
        count
        for (outcome, _reason), count in outcomes.items()
        if outcome in (Outcome.DUPLICATE, Outcome.SUPPRESSED, "refused")
    )
    assert outcomes[(Outcome.QUARANTINED, "crashed")] == 0


def generated_bombs(shared_dir: Path) -> dict[str, bytes]:
    """Return the mails that the script of attacks makes, without running its trial of them."""
    source = (shared_dir / "attacks" / "mail_bombs.py").read_text()
    names: dict[str, Any] = {}
    exec(source.partition("def use(")[0], names)
    return dict(names["mk"]())


@pytest.mark.shared
@pytest.mark.timeout(600)
def test_every_bomb_becomes_visible_or_is_refused_for_its_size(
    shared_dir: Path, mailbox: Mailbox, capsys: pytest.CaptureFixture[str]
) -> None:
    bombs = generated_bombs(shared_dir)
    outcomes: Counter[tuple[str, str]] = Counter()
    slow: dict[str, float] = {}
    start = time.monotonic()

    for name, raw in bombs.items():
        began = time.monotonic()
        try:
            # The trial's mails share ids; each must stand for itself.
            taken_in = take_in(b"Subject: %b\r\n" % name.encode() + raw)
        except MailTooLarge:
            outcomes["refused", "too large"] += 1
            continue
        assert taken_in is not None
        assert taken_in.message_id is not None, name
        outcomes[taken_in.outcome, taken_in.reason] += 1
        slow[name] = time.monotonic() - began

    _print_table(capsys, outcomes, time.monotonic() - start, max(slow.values()))
    assert len(bombs) >= 30
    assert outcomes["refused", "too large"] == 1
    assert not {name: took_s for name, took_s in slow.items() if took_s > 15}


def _print_table(
    capsys: pytest.CaptureFixture[str], outcomes: Counter[tuple[str, str]], took_s: float, slowest_s: float
) -> None:
    count = outcomes.total()
    with capsys.disabled():
        sys.stdout.write(
            f"\n{count} mails in {took_s:.0f} s, {1000 * took_s / count:.0f} ms each, slowest {slowest_s:.1f} s\n"
        )
        for (outcome, reason), number in outcomes.most_common():
            sys.stdout.write(f"{number:6}  {outcome:12} {reason}\n")
