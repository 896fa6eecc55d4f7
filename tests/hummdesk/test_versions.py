"""Whoever looked at an older version of a row is told."""

import pytest

from hummdesk.errors import ChangedMeanwhile, Conflict
from hummdesk.versions import IT_HAS_CHANGED, require_version


def test_the_newest_version_and_none_pass() -> None:
    require_version(3, 3)
    require_version(None, 3, IT_HAS_CHANGED)


def test_an_older_version_is_told_the_newest() -> None:
    with pytest.raises(Conflict) as worded:
        require_version(2, 3, IT_HAS_CHANGED)
    with pytest.raises(ChangedMeanwhile) as plain:
        require_version(2, 3)

    assert worded.value.detail == "It has changed meanwhile: its version is 3 now."
    assert (worded.value.more, plain.value.more) == ({"version": 3}, {"version": 3})
    assert worded.value.code == plain.value.code == "conflict"
