"""The figures that the shared mail gives; they are printed with `pytest -s`."""

import csv
import json
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from email_channel.parsing.client import parse_mail
from email_channel.parsing.errors import MailUnreadable
from email_channel.parsing.parsed import ParsedMail
from email_channel.parsing.parser import parse
from email_channel.parsing.quotes import split_reply
from hummdesk.safe_html import html_to_text
from tests.email_channel.parsing.invariants import assert_storable

pytestmark = [pytest.mark.shared, pytest.mark.timeout(600)]


def outcome_of(raw: bytes) -> ParsedMail | str:
    """Return the mail or the reason why there is none."""
    try:
        return parse_mail(raw)
    except MailUnreadable as error:
        return error.reason


def report(line: str) -> None:
    """Show a figure to who runs the tests with `-s`."""
    print(line)  # noqa: T201


def folded(text: str) -> str:
    return " ".join(text.split())


def test_every_shared_mail_is_read_or_has_a_reason(shared_dir: Path) -> None:
    rows = list(csv.DictReader((shared_dir / "mail" / "MANIFEST.csv").open()))
    paths = [shared_dir / "mail" / row["path"] for row in rows if row["kind"] != "reply-text"]
    outcomes: Counter[str] = Counter()
    started_at = time.monotonic()

    for path in paths:
        outcome = outcome_of(path.read_bytes())
        if isinstance(outcome, ParsedMail):
            assert_storable(outcome)
        outcomes["read" if isinstance(outcome, ParsedMail) else outcome] += 1

    report(f"{dict(outcomes)} in {time.monotonic() - started_at:.1f} s")
    assert len(paths) > 1_500
    assert outcomes["read"] >= 0.99 * len(paths)
    assert not {"crashed", "time_out", "memory", "too_deep"} & outcomes.keys()


def bombs_of(shared_dir: Path) -> dict[str, bytes]:
    """Return the bombs that the shared script makes, without what it does with them."""
    source = (shared_dir / "attacks" / "mail_bombs.py").read_text()
    namespace: dict[str, Any] = {}
    exec(compile(source[: source.index("\ndef use(")], "mail_bombs.py", "exec"), namespace)
    make: Callable[[], dict[str, bytes]] = namespace["mk"]
    return make()


def test_every_bomb_ends_in_time(shared_dir: Path) -> None:
    bombs = bombs_of(shared_dir)
    seconds: dict[str, float] = {}

    for name, raw in bombs.items():
        started_at = time.monotonic()
        outcome = outcome_of(raw)
        seconds[name] = time.monotonic() - started_at
        report(f"{name:46} {seconds[name]:6.2f} s  {'read' if isinstance(outcome, ParsedMail) else outcome}")
        if isinstance(outcome, ParsedMail):
            assert_storable(outcome)

    assert len(bombs) >= 35
    assert max(seconds.values()) < 15


def test_replies_are_trimmed_as_expected(shared_dir: Path) -> None:
    expected = json.loads((shared_dir / "mail" / "expected.json").read_text())["reply_trimming"]
    failed = []

    for case in expected:
        raw = (shared_dir / "mail" / case["file"]).read_bytes()
        mail = parse(raw) if case["file"].endswith(".eml") else ParsedMail(text=raw.decode())
        reply = split_reply(mail.text if mail.text is not None else html_to_text(mail.html or ""))
        if folded(reply.visible) != folded(case["trimmed"]):
            failed.append(case["file"])

    report(f"{len(expected) - len(failed)} of {len(expected)} replies trimmed as expected; not: {failed}")
    assert len(expected) - len(failed) >= 0.85 * len(expected)


def test_bounces_are_known_and_people_are_not_taken_for_them(shared_dir: Path) -> None:
    expected = json.loads((shared_dir / "mail" / "expected.json").read_text())["bounces"]
    rows = csv.DictReader((shared_dir / "mail" / "MANIFEST.csv").open())
    ham = [row["path"] for row in rows if row["expected"] == "ham"]

    known = [parse((shared_dir / "mail" / path).read_bytes()).kind for path in expected]
    taken_for_machines = [
        path
        for path in ham
        if (kind := parse((shared_dir / "mail" / path).read_bytes()).kind).is_bounce or kind.is_auto_reply
    ]

    automatic_count = sum(kind.is_automatic for kind in known)
    report(f"{automatic_count} of {len(known)} bounces known; {len(taken_for_machines)} of {len(ham)} people taken so")
    assert automatic_count >= 0.97 * len(known)
    assert len(taken_for_machines) <= 0.02 * len(ham)
