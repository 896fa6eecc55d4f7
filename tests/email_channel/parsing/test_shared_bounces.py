"""The figures of bounces that the shared mail gives; they are printed with `pytest -s`."""

import csv
import json
from collections import Counter
from pathlib import Path

import pytest

from email_channel.parsing.parsed import BounceReport, ParsedMail
from email_channel.parsing.parser import parse

pytestmark = [pytest.mark.shared, pytest.mark.timeout(600)]

HUMAN_CORPORA = frozenset(
    {
        "talon",
        "email_reply_trimmer-discourse",
        "email_reply_parser-github",
        "willdurand-EmailReplyParser",
        "quotequail",
        "mail-parser-reply",
        "django-helpdesk",
    }
)

Expected = dict[str, list[dict[str, str | bool]]]


def report(line: str) -> None:
    """Show a figure to who runs the tests with `-s`."""
    print(line)  # noqa: T201


@pytest.fixture
def mail_dir(shared_dir: Path) -> Path:
    return shared_dir / "mail"


@pytest.fixture
def expected(mail_dir: Path) -> Expected:
    bounces: Expected = json.loads((mail_dir / "expected.json").read_text())["bounces"]
    return bounces


def reports_of(mail: ParsedMail) -> list[BounceReport]:
    return list(mail.bounce.reports) if mail.bounce else []


def test_status_and_kind_are_as_expected(mail_dir: Path, expected: Expected) -> None:
    right: Counter[str] = Counter()
    count = 0

    for path, wanted in expected.items():
        mail = parse((mail_dir / path).read_bytes())
        reports = reports_of(mail)
        for index, want in enumerate(wanted):
            count += 1
            if want["reason"] == "vacation":
                right.update(["status", "kind"] if mail.kind.is_auto_reply and not reports else [])
            elif index < len(reports):
                right["status"] += reports[index].status == want["status"]
                right["kind"] += reports[index].is_hard == want["hard"]

    report(f"{count} recipients: status {right['status'] / count:.1%}, hard or soft {right['kind'] / count:.1%}")
    assert count > 300
    assert right["status"] >= 0.95 * count
    assert right["kind"] >= 0.95 * count


def has_a_sign_of_the_standards(mail: ParsedMail) -> bool:
    """Return whether one of the three signs tells that the standards have: report, null sender, Auto-Submitted."""
    fields = {name.lower(): value.lower() for name, value in mail.headers}
    is_marked = fields.get("auto-submitted", "no").strip() != "no"
    return "multipart/report" in fields.get("content-type", "") or mail.return_path == "" or is_marked


def test_bounces_are_known_and_vacations_are_none(mail_dir: Path, expected: Expected) -> None:
    mails = {path: parse((mail_dir / path).read_bytes()) for path in expected}
    kinds = {path: mail.kind for path, mail in mails.items()}
    vacations = {path for path, wanted in expected.items() if wanted[0]["reason"] == "vacation"}

    missed = [path for path, kind in kinds.items() if path not in vacations and not kind.is_returned]
    taken = [path for path in vacations if kinds[path].is_returned or not kinds[path].is_auto_reply]

    count = len(kinds) - len(vacations)
    marked = sum(has_a_sign_of_the_standards(mail) for path, mail in mails.items() if path not in vacations)
    report(f"{marked} of {count} bounces have a sign that the standards give")
    report(f"{count - len(missed)} of {count} bounces known; {len(taken)} of {len(vacations)} vacations taken for one")
    assert len(missed) <= 0.01 * count
    assert taken == []


def test_people_are_not_taken_for_bounces(mail_dir: Path) -> None:
    with (mail_dir / "MANIFEST.csv").open(newline="") as manifest:
        rows = list(csv.DictReader(manifest))
    human = [
        row["path"]
        for row in rows
        if row["expected"] == "ham" or (row["corpus"] in HUMAN_CORPORA and row["kind"] == "message")
    ]

    kinds = [parse((mail_dir / path).read_bytes()).kind for path in human]

    returned = sum(kind.is_returned for kind in kinds)
    automatic = sum(kind.is_auto_reply for kind in kinds)
    report(f"of {len(human)} mails by people {returned} taken for bounces, {automatic} for auto-replies")
    assert len(human) > 300
    assert returned + automatic <= 0.02 * len(human)
