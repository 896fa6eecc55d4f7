"""Every mail that lies beside the project goes through intake: none raises, none is lost."""

import csv
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from email_channel.actions.store_mail import store_mail_for
from email_channel.actions.take_in_mail import TakenIn, take_in_mail
from email_channel.enums import IntakeState, MailSource, Outcome
from email_channel.errors import EmptyMail
from email_channel.mbox import mails_in
from email_channel.models import EmailMessage, IncomingMail, Mailbox
from tests.email_channel.mails import SUPPORT

VISIBLE = {Outcome.CREATED, Outcome.APPENDED, Outcome.DUPLICATE, Outcome.QUARANTINED}


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
    shared_dir: Path, mailbox: Mailbox, capsys: pytest.CaptureFixture[str]
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
            if taken_in and (taken_in.outcome not in VISIBLE or taken_in.message_id is None):
                lost.append(file.name)

    took_s = time.monotonic() - start
    _print_table(capsys, outcomes, took_s, slowest)
    assert len(files) > 1_000
    assert lost == []
    assert not IncomingMail.objects.exclude(state=IntakeState.DONE).exists()
    assert EmailMessage.objects.count() == outcomes.total() - sum(
        count for (outcome, _reason), count in outcomes.items() if outcome in (Outcome.DUPLICATE, "refused")
    )
    assert outcomes[(Outcome.QUARANTINED, "crashed")] == 0
    assert took_s < 240


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
