import datetime as dt
from dataclasses import dataclass
from types import SimpleNamespace

import pytest
from django.template import Context, Template
from django.utils import timezone
from pytest_django import Settings

from hummdesk.templatetags import ui


@dataclass(frozen=True)
class Chip:
    label: str
    tone: str
    icon: str


@dataclass(frozen=True)
class Way:
    url: str


HELSINKI = dt.timezone(dt.timedelta(hours=2))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Marja Heikkinen", "MH"),
        ("Rakennus Oy Salo", "RS"),
        ("peter åberg", "PÅ"),
        ("Cher", "C"),
        ("anna.laine@posti.example", "AL"),
        ("李 小龍", "李小"),
        ("", "?"),
        ("…", "?"),
    ],
)
def test_initials_take_first_and_last_word(name: str, expected: str) -> None:
    assert ui.initials(name) == expected


def test_tint_is_stable_and_spreads_over_all_letters() -> None:
    tints = [ui.tint(number) for number in range(200)]

    assert tints == [ui.tint(str(number)) for number in range(200)]
    assert set(tints) == set(ui.TINTS)


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (dt.timedelta(seconds=20), "now"),
        (dt.timedelta(seconds=-5), "now"),
        (dt.timedelta(minutes=3, seconds=59), "3m"),
        (dt.timedelta(hours=2, minutes=10), "2h"),
        (dt.timedelta(hours=23, minutes=59), "23h"),
    ],
)
def test_short_time_is_relative_within_a_day(age: dt.timedelta, expected: str) -> None:
    assert ui.short_time(timezone.now() - age) == expected


def test_short_time_names_the_weekday_within_a_week() -> None:
    at = timezone.now() - dt.timedelta(days=3)

    with timezone.override(HELSINKI):
        shown = ui.short_time(at)

    assert shown == at.astimezone(HELSINKI).strftime("%a")


def test_short_time_never_names_the_weekday_of_today_for_last_week() -> None:
    at = timezone.now() - dt.timedelta(days=6, hours=20)

    shown = ui.short_time(at)

    assert shown[0].isdigit()


def test_short_time_adds_the_year_of_another_year() -> None:
    at = dt.datetime(2019, 10, 12, 23, 30, tzinfo=dt.UTC)

    with timezone.override(HELSINKI):
        shown = ui.short_time(at)

    assert shown == "13 Oct 2019"


def test_times_without_a_moment_are_empty() -> None:
    assert [ui.short_time(None), ui.full_time(None), ui.clock_time(None)] == ["", "", ""]


def test_full_time_is_in_the_readers_zone() -> None:
    at = dt.datetime(2025, 10, 12, 22, 4, tzinfo=dt.UTC)

    with timezone.override(HELSINKI):
        shown = (ui.full_time(at), ui.clock_time(at))

    assert shown == ("Mon 13 Oct 2025, 00:04", "00:04")


def test_day_name_of_near_and_far_days() -> None:
    today = timezone.localdate()

    names = [ui.day_name(today), ui.day_name(today - dt.timedelta(days=1)), ui.day_name(dt.date(2019, 10, 12))]

    assert names == ["Today", "Yesterday", "Saturday 12 October 2019"]


@pytest.mark.parametrize(
    ("size_bytes", "expected"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (84_200, "84 KB"),
        (999_600, "1.0 MB"),
        (1_800_000, "1.8 MB"),
        (2_500_000_000, "2.5 GB"),
    ],
)
def test_file_size_picks_the_unit(size_bytes: int, expected: str) -> None:
    assert ui.file_size(size_bytes) == expected


def test_folded_joins_three_events_and_leaves_two() -> None:
    kinds = ["event", "event", "message", "event", "event", "event", "day"]
    timeline = [SimpleNamespace(kind=kind) for kind in kinds]

    items = list(ui.folded(timeline))

    assert [item["kind"] if isinstance(item, dict) else item.kind for item in items] == [
        "event",
        "event",
        "message",
        "events",
        "day",
    ]
    assert items[3]["events"] == timeline[3:6]


def test_icon_points_into_the_sprite_and_escapes_its_name(settings: Settings) -> None:
    files = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": files}}

    html = Template('{% load ui %}{% i "inbox" "i-14" %}{% i name %}').render(Context({"name": '"><b>'}))

    assert 'class="i i-14"' in html
    assert "dist/icons" in html
    assert '.svg#inbox"' in html
    assert "<b>" not in html


def test_forms_of_a_piece_carry_the_token_of_each_request() -> None:
    template = Template("{% load ui %}{% form_piece 'components/toast.html' text=text undo=undo %}")

    def drawn(token: str) -> str:
        return template.render(Context({"text": "Resolved", "undo": Way("/undo"), "csrf_token": token}))

    first, second = drawn("one"), drawn("two")

    assert 'name="csrfmiddlewaretoken" value="one"' in first
    assert second == first.replace('value="one"', 'value="two"')


def test_piece_is_drawn_anew_for_other_values() -> None:
    template = Template(
        "{% load ui %}{% piece 'components/chip.html' chip=chip %}{% piece 'components/empty.html' title=title %}"
    )

    def drawn(chip: object, title: str) -> str:
        return template.render(Context({"chip": chip, "title": title}))

    first = drawn(Chip("6m over", "danger", ""), "Nothing waiting.")

    assert drawn(Chip("6m over", "danger", ""), "Nothing waiting.") == first
    assert "5m over" in drawn(Chip("5m over", "danger", ""), "Nothing waiting.")
    assert "&lt;b&gt;" in drawn(Chip("<b>", "", ""), "<i>" + "x" * ui.PIECE_MAX_CHARS)
