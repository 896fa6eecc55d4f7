"""Saved views as the API reads and shows them."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from conversations.models import SavedView
from conversations.queries.saved_views import COUNTED_MOST
from conversations.serializers.conversations import ConversationFilters, ConversationOutput
from conversations.serializers.sharing import SharedInput, SharedOutput, shared_fields
from hummdesk.api.serializers import InputSerializer, JSONObjectField

# Of `GET /conversations`.
LIST_ORDERINGS = ("-last_activity_at", "created_at", "-priority", "sla_due_at")
COLUMNS = tuple(ConversationOutput().fields)
_TEXT_MAX_LENGTH = 1000


@extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
class FiltersField(JSONObjectField):
    """Parameters of `GET /conversations` by name, as strings; numbers, booleans and lists are taken and written so."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return the parameters as strings. Raises: ValidationError for what the list would refuse."""
        texts = {name: _as_text(value) for name, value in super().to_internal_value(data).items()}
        # What a form leaves empty is no filter, in the list as here.
        given = {name: text for name, text in texts.items() if text}
        checked_filters(given, raises=True)
        return given


class SavedViewInput(SharedInput):
    """A view: filters, an order and columns of the list of conversations."""

    filters = FiltersField(required=False, help_text="`assignee_id: me` is whoever reads the view")
    ordering = serializers.ChoiceField(choices=LIST_ORDERINGS, required=False, allow_blank=True)
    columns = serializers.ListField(
        child=serializers.ChoiceField(choices=COLUMNS), max_length=len(COLUMNS), required=False
    )

    def validate_columns(self, value: list[str]) -> list[str]:
        """Each once, in the order given."""
        return list(dict.fromkeys(value))


class SavedViewChangesInput(SavedViewInput):
    """What is to be different in a view; `version` guards against lost updates."""

    version = serializers.IntegerField(min_value=1, required=False)


class SavedViewFilters(InputSerializer):
    """What to list views with."""

    counts = serializers.BooleanField(default=False, help_text="With how many conversations each of them holds")


class CountOutput(serializers.Serializer[Any]):
    """How many conversations; when `is_capped` there are more."""

    count = serializers.IntegerField(max_value=COUNTED_MOST)
    is_capped = serializers.BooleanField()


class SavedViewOutput(SharedOutput):
    """A view. `count` is null unless it was asked for, for filters that the list does not take any more, and for a
    search (`q`), which costs more: that one is counted alone.
    """

    filters = serializers.DictField(child=serializers.CharField())
    ordering = serializers.CharField()
    columns = serializers.ListField(child=serializers.CharField())
    count = CountOutput(allow_null=True)

    def to_representation(self, instance: SavedView) -> dict[str, Any]:
        """Return the fields; the context has `counts`, by the id of the view, if they were asked for."""
        count = self.context.get("counts", {}).get(instance.id)
        return {
            **shared_fields(instance),
            "filters": instance.filters,
            "ordering": instance.ordering,
            "columns": instance.columns,
            "count": None if count is None else count_fields(count),
        }


def count_fields(count: int) -> dict[str, Any]:
    """Return the fields of CountOutput."""
    return {"count": min(count, COUNTED_MOST), "is_capped": count > COUNTED_MOST}


def checked_filters(given: Mapping[str, str], *, raises: bool = False) -> dict[str, Any] | None:
    """Return the filters as `filtered_conversations` takes them, None where the list would refuse one of them."""
    lists = {name for name, field in ConversationFilters().fields.items() if hasattr(field, "child")}
    data = {name: [text] if name in lists else text for name, text in given.items()}
    bound = ConversationFilters(data=data)
    return dict(bound.validated_data) if bound.is_valid(raise_exception=raises) else None


class FilteredView(Protocol):
    """Whatever has the id and the filters of a saved view."""

    @property
    def id(self) -> UUID: ...
    @property
    def filters(self) -> Any: ...


def filters_by_view(views: Iterable[FilteredView]) -> dict[UUID, Mapping[str, Any]]:
    """Return the checked filters of those views whose filters the list still takes."""
    checked = {view.id: checked_filters(view.filters) for view in views}
    return {view_id: filters for view_id, filters in checked.items() if filters is not None}


def _as_text(value: Any) -> str:
    match value:
        case bool():
            text = "true" if value else "false"
        case list():
            text = ",".join(map(_as_text, value))
        case str() | int() | float():
            text = str(value)
        case _:
            raise serializers.ValidationError("Filters are strings, numbers, booleans, or lists of these.")
    if len(text) > _TEXT_MAX_LENGTH:
        raise serializers.ValidationError(f"A filter has at most {_TEXT_MAX_LENGTH} characters.")
    return text
