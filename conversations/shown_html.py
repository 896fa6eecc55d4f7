"""A message's HTML with its pictures: its own files, and of the web only those that an agent allows."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Protocol, TypeVar
from urllib.parse import unquote

from conversations.file_types import IMAGE_TYPES
from conversations.models import Message
from hummdesk.safe_html import count_remote_images, resolve_images


class PictureFile(Protocol):
    """What is asked of a message's file: a row of it, or what a page reads of one."""

    @property
    def content_id(self) -> str:
        """What the text names it by, empty where it does not."""

    @property
    def content_type(self) -> str:
        """What its content says it is."""


F = TypeVar("F", bound=PictureFile)
RemoteUrl = Callable[[str], str]
_CID = "cid:"


def shown_html(sanitised: str, files: Iterable[F], file_url: Callable[[F], str], remote_url: RemoteUrl | None) -> str:
    """Return sanitised HTML in which `cid:` pictures have the address of their file.

    Pictures of the web have that of `remote_url`, or none if it is None; pictures without an address show their
    `alt` text.
    """
    if "<img" not in sanitised:
        return sanitised
    own = {file.content_id: file for file in files if file.content_id and file.content_type in IMAGE_TYPES}
    return resolve_images(sanitised, partial(_address, own, file_url, remote_url))


def _address(own: dict[str, F], file_url: Callable[[F], str], remote_url: RemoteUrl | None, source: str) -> str | None:
    if not source.startswith(_CID):
        return remote_url(source) if remote_url else None
    name = source.removeprefix(_CID)
    file = own.get(name) or own.get(unquote(name))
    return file_url(file) if file else None


def shows_remote_images(message: Message) -> bool:
    """Return whether an agent allowed the pictures of who wrote this; what agents paste in is never fetched."""
    return message.contact is not None and message.contact.shows_remote_images


def blocked_image_count(message: Message) -> int:
    """Return how many pictures of the web are not shown."""
    if "<img" not in message.body_html or shows_remote_images(message):
        return 0
    return count_remote_images(message.body_html)
