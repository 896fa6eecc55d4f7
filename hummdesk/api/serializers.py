"""Serializer pieces that all apps use: strict input, and JSON that PostgreSQL can store."""

import json
from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

MOST_JSON_BYTES = 16 * 1024
# Deeper than anybody needs; what reads and writes JSON level by level ends in an error far below 1,000.
MOST_JSON_LEVELS = 20


class InputSerializer(serializers.Serializer[Any]):
    """The fields of a body or a query; one that is not declared is refused, so that none is taken over unseen."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            names = ", ".join(sorted(self._writable_names()))
            unknown = set(data) - self._writable_names()
            if unknown:
                raise serializers.ValidationError(
                    {name: [f"There is no such field. There are: {names}."] for name in sorted(unknown)}
                )
        return super().to_internal_value(data)

    def _writable_names(self) -> set[str]:
        return {name for name, field in self.fields.items() if not field.read_only}


class JSONObjectField(serializers.JSONField):
    """A JSON object of at most 16 kB and 20 levels, free of what PostgreSQL cannot store: NUL and lone surrogates."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if _is_deeper_than(MOST_JSON_LEVELS, data):
            raise serializers.ValidationError(f"This may be nested at most {MOST_JSON_LEVELS} levels deep.")
        value = super().to_internal_value(data)
        if not isinstance(value, dict):
            raise serializers.ValidationError("This must be a JSON object.")
        if _size_bytes(value) > MOST_JSON_BYTES:
            raise serializers.ValidationError(f"This must be at most {MOST_JSON_BYTES} bytes of JSON.")
        if not _is_storable(value):
            raise serializers.ValidationError("NUL characters and lone surrogates are not taken.")
        return value


class WordsField(serializers.ListField):
    """Words of a query, given repeatedly or with commas between them: `?status=open,pending`."""

    def to_internal_value(self, data: Any) -> list[Any]:
        if isinstance(data, list):
            data = [word.strip() for text in data for word in str(text).split(",") if word.strip()]
        found: list[Any] = super().to_internal_value(data)
        return found


def _is_deeper_than(levels: int, value: Any) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_is_deeper_than(levels - 1, one) for one in inner)


def _size_bytes(value: Any) -> int:
    return len(json.dumps(value))


def _is_storable(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" not in value and not any("\ud800" <= sign <= "\udfff" for sign in value)
    if isinstance(value, Mapping):
        return all(_is_storable(name) and _is_storable(inner) for name, inner in value.items())
    if isinstance(value, list):
        return all(map(_is_storable, value))
    return True
