"""Who fetches at the same time, and how an outage of the provider is noticed."""

import time

import pytest
from django.utils import timezone

from email_channel.enums import ProviderEventState
from email_channel.provider.lane import OUTAGE_AFTER, SLOT_COUNT, fetching_slot, note_answer, note_failure, rest_s
from email_channel.provider.models import ProviderEvent
from tests.email_channel.mails import SUPPORT, raw_mail
from tests.email_channel.provider.conftest import Told, is_due_later, work
from tests.servers.resend import FakeResend

pytestmark = pytest.mark.usefixtures("db")


def test_as_many_fetch_as_there_are_places() -> None:
    places = [fetching_slot() for _ in range(SLOT_COUNT + 1)]

    entered = [place.__enter__() for place in places]
    for place in places:
        place.__exit__(None, None, None)

    assert [keep is not None for keep in entered] == [True] * SLOT_COUNT + [False]
    with fetching_slot() as keep_place:
        assert keep_place is not None
        keep_place()


def test_single_failures_are_no_outage() -> None:
    for _ in range(5):
        assert not note_failure()
        assert not note_answer()
    assert rest_s() == 0


def test_failures_in_a_row_are_an_outage_in_which_nobody_asks() -> None:
    outages = [note_failure() for _ in range(OUTAGE_AFTER)]

    assert outages == [False] * (OUTAGE_AFTER - 1) + [True]
    assert 0 < rest_s() <= 1
    for _ in range(20):
        note_failure()
    assert 55 < rest_s() <= 60
    assert note_answer()
    assert rest_s() == 0


def test_the_first_answer_after_an_outage_wakes_what_was_put_off(
    resend: FakeResend, told: Told, mailbox: object
) -> None:
    start = timezone.now().timestamp() - 1000
    for number in range(6):
        resend.receive(raw_mail(), SUPPORT, at=start + number)
    told()
    resend.is_down = True

    work()
    asked = ProviderEvent.objects.filter(attempt_count__gt=0)
    assert asked.count() == OUTAGE_AFTER
    assert all(is_due_later(event) for event in asked)

    resend.is_down = False
    time.sleep(rest_s())
    for _round in range(5):
        work()

    assert set(ProviderEvent.objects.values_list("state", flat=True)) == {ProviderEventState.DONE}
