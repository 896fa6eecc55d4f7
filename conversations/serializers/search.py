"""What the search box is asked and what it answers."""

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers

from conversations.enums import MessageKind
from conversations.queries.search import SearchStart
from conversations.queries.search_matches import Reach
from conversations.serializers.conversations import ConversationOutput
from hummdesk.api.serializers import InputSerializer
from hummdesk.errors import ValidationFailed

DEFAULT_FINDS, MOST_FINDS = 20, 50
_PLACES = ["subject", "people", "labels", "text"]


class SearchFilters(InputSerializer):
    """What to look for; nothing in it is an error."""

    q = serializers.CharField(
        required=False,
        default="",
        allow_blank=True,
        help_text='Words that a message must hold, `"phrases"`, `-without`, `begin*`, and operators: `from:` `to:` '
        "`tag:` `is:` `has:attachment` `before:` `after:` `assignee:` `team:` `#number`",
    )


class FoundOutput(serializers.Serializer[Any]):
    """A conversation, its best message, and the words in it, in HTML that is escaped but for `<mark>`."""

    conversation = ConversationOutput()
    message_id = serializers.UUIDField(help_text="The newest message if no words were asked for")
    message_kind = serializers.ChoiceField(choices=MessageKind.choices)
    subject_html = serializers.CharField()
    snippet_html = serializers.CharField()
    matched_in = serializers.ListField(child=serializers.ChoiceField(choices=_PLACES))
    score = serializers.FloatField(help_text="Orders these finds; means nothing beside those of another search")


def finds_limit(asked: str) -> int:
    """Return how many finds a page has. Raises: ValidationFailed."""
    if not asked:
        return DEFAULT_FINDS
    if not (asked.isascii() and asked.isdigit() and len(asked) < 10 and int(asked)):
        raise ValidationFailed(errors={"limit": [f"Use a whole number from 1 to {MOST_FINDS}."]})
    return min(int(asked), MOST_FINDS)


def encoded_start(start: SearchStart) -> str:
    """Return the start of a page as an opaque, URL-safe word."""
    words = [start.offset, start.as_of.timestamp(), start.reach, start.is_respelt]
    return base64.urlsafe_b64encode(json.dumps(words, separators=(",", ":")).encode()).decode().rstrip("=")


def decoded_start(word: str) -> SearchStart:
    """Return the start that `encoded_start` made. Raises: ValidationFailed for anything else."""
    try:
        padded = word + "=" * (-len(word) % 4)
        offset, as_of, reach, is_respelt = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
        if type(offset) is not int or not 0 <= offset <= 10_000:
            raise ValueError(offset)
        reach = None if reach is None else Reach(reach)
        return SearchStart(offset, datetime.fromtimestamp(float(as_of), UTC), reach, bool(is_respelt))
    except (ValueError, TypeError, OverflowError, OSError, RecursionError, binascii.Error) as error:
        raise ValidationFailed(errors={"cursor": ["This cursor is not one of ours."]}) from error
