"""JSON as API.md promises it: times in UTC with milliseconds and a Z."""

import datetime as dt
from typing import Any

from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder


def iso_utc(at: dt.datetime) -> str:
    """Return an aware moment as `2026-11-23T01:06:00.123Z`."""
    return at.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class ApiJSONEncoder(JSONEncoder):
    """DRF's encoder, but for moments."""

    def default(self, obj: Any) -> Any:
        return iso_utc(obj) if isinstance(obj, dt.datetime) else super().default(obj)


class ApiJSONRenderer(JSONRenderer):
    """Renders moments by `iso_utc`; serializers hand them over as they are (`DATETIME_FORMAT` is None)."""

    encoder_class = ApiJSONEncoder
