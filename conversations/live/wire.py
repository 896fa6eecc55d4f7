"""What goes over the wire: one JSON object per event, or an HTML fragment."""

from functools import cached_property
from typing import Any

import orjson
from django.utils.html import format_html

from hummdesk.live.nudges import Nudge

PONG = '{"type": "pong"}'


class Rendered:
    """One event in both formats, each written at most once however many sockets get it."""

    def __init__(self, nudge: Nudge) -> None:
        self._fields: dict[str, Any] = nudge.fields()

    def text(self, *, as_json: bool) -> str:
        """Return the event in the format that a socket asked for."""
        return self._json if as_json else self._fragment

    @cached_property
    def _json(self) -> str:
        return orjson.dumps(self._fields).decode()

    @cached_property
    def _fragment(self) -> str:
        fields = self._fields
        return format_html(
            '<hd-nudge hidden data-type="{}" data-conversation-id="{}" data-seq="{}" data-data="{}"></hd-nudge>',
            fields["type"],
            fields["conversation_id"] or "",
            fields["seq"],
            orjson.dumps(fields["data"]).decode(),
        )
