"""Rows of the API itself."""

from hummdesk.api.models.stored_answer import StoredAnswer

__all__ = ["StoredAnswer"]
