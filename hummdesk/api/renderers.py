"""JSON as API.md promises it: times in UTC with milliseconds and a Z."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
from django.utils.duration import duration_iso_string
from django.utils.functional import Promise
from rest_framework.renderers import BaseRenderer

# Moments are ours to write, since orjson gives microseconds.
_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_NON_STR_KEYS


def iso_utc(at: dt.datetime) -> str:
    """Return an aware moment as `2026-11-23T01:06:00.123Z`."""
    if at.tzinfo is not dt.UTC:
        at = at.astimezone(dt.UTC)
    return f"{at.isoformat(timespec='milliseconds')[:-6]}Z"


class ApiJSONRenderer(BaseRenderer):
    """Renders moments by `iso_utc`; serializers hand them over as they are (`DATETIME_FORMAT` is None)."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        """Return the JSON, and nothing for None."""
        if data is None:
            return b""
        try:
            return orjson.dumps(data, default=_writable, option=_OPTIONS)
        except orjson.JSONEncodeError:
            # A custom field may hold a number of more than 64 bits, which orjson refuses.
            return json.dumps(data, default=_writable).encode()


def _writable(value: Any) -> Any:
    """Return what JSON has for a value that it does not know. Raises: TypeError."""
    if isinstance(value, dt.datetime):
        return iso_utc(value)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return duration_iso_string(value)
    if isinstance(value, Decimal | Promise | UUID):
        return str(value)
    raise TypeError(type(value).__name__)
