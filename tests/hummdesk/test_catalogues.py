"""What the catalogues of `locale/` promise; `.ci/run` moreover compares them with the sources."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from hummdesk.environment import PROJECT_ROOT

LANGUAGES = ["fi", "sv"]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


def _catalogue(language: str) -> Catalog:
    with _path(language, "po").open("rb") as file:
        return read_po(file, locale=language)


def _path(language: str, suffix: str) -> Path:
    return Path(PROJECT_ROOT, "locale", language, "LC_MESSAGES", f"django.{suffix}")


def _pairs(message: Message) -> Iterator[tuple[str, str]]:
    """Each translation with the English it stands for."""
    texts = [message.string] if isinstance(message.string, str) else message.string or ()
    ids = _ids(message)
    return ((ids[min(number, len(ids) - 1)], text) for number, text in enumerate(texts))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    messages = [message for message in _catalogue(language) if message.id]

    assert len(messages) > 900
    assert [
        message.id for message in messages if message.fuzzy or not all(text for _id, text in _pairs(message))
    ] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translation_keeps_placeholders_and_edges(language: str) -> None:
    changed = [
        (english, text)
        for message in _catalogue(language)
        if message.id
        for english, text in _pairs(message)
        if not set(PLACEHOLDER.findall(text)) <= set(PLACEHOLDER.findall(english))
        or (not message.pluralizable and set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(english)))
        or english[:1].isspace() != text[:1].isspace()
        or english[-1:].isspace() != text[-1:].isspace()
    ]

    assert changed == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_compiled_catalogue_is_that_of_the_sources(language: str) -> None:
    with _path(language, "mo").open("rb") as file:
        compiled = read_mo(file)

    assert _texts(compiled) == _texts(_catalogue(language))


def _texts(catalogue: Catalog) -> dict[str, list[tuple[str, str]]]:
    return {str([message.context, *_ids(message)]): list(_pairs(message)) for message in catalogue if message.id}


def _ids(message: Message) -> list[str]:
    return [str(message.id)] if isinstance(message.id, str) else list(message.id)
