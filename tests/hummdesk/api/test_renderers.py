import json
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.utils.translation import gettext_lazy

from conversations.enums import Status
from hummdesk.api.renderers import ApiJSONRenderer

ID = UUID(int=7)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (datetime(2026, 11, 23, 1, 6, 0, 123_999, UTC), "2026-11-23T01:06:00.123Z"),
        (datetime(2026, 11, 23, 1, 6, tzinfo=timezone(timedelta(hours=2))), "2026-11-22T23:06:00.000Z"),
        (date(2026, 11, 23), "2026-11-23"),
        (time(1, 6), "01:06:00"),
        (timedelta(seconds=90), "P0DT00H01M30S"),
        (ID, str(ID)),
        (Decimal("4.50"), "4.50"),
        (gettext_lazy("Open"), "Open"),
        (Status.OPEN, "open"),
        ({ID: 1}, {str(ID): 1}),
        ("\u2028 ä 🚲", "\u2028 ä 🚲"),
        (2**70, 2**70),
        ([1.5, True, None], [1.5, True, None]),
    ],
)
def test_renderer_writes(value: Any, written: Any) -> None:
    assert json.loads(ApiJSONRenderer().render({"value": value})) == {"value": written}


def test_renderer_writes_nothing_for_none() -> None:
    assert ApiJSONRenderer().render(None) == b""


def test_renderer_refuses_what_json_has_no_word_for() -> None:
    with pytest.raises(TypeError):
        ApiJSONRenderer().render({"value": object()})
