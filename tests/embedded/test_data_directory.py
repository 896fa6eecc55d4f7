import multiprocessing
import os
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from hummdesk.embedded.data_directory import open_data_directory, open_log, secret_in
from hummdesk.embedded.errors import StartError


def test_lock_is_told_apart_by_note_of_holder(tmp_path: Path) -> None:
    holder = open_data_directory(tmp_path, other_way="unused")
    holder.note_holder("process 7")

    with pytest.raises(StartError, match=r"\(process 7\)\. Stop it, or name another one: this way"):
        open_data_directory(tmp_path, other_way="this way")


def test_lock_is_not_held_by_fork_of_holder(tmp_path: Path) -> None:
    holder = open_data_directory(tmp_path, other_way="unused")
    context = multiprocessing.get_context("fork")
    forked, stay = context.Event(), context.Event()
    fork = context.Process(target=_stay, args=(forked, stay))
    fork.start()
    forked.wait(10)

    holder.lock.close()

    try:
        assert open_data_directory(tmp_path, other_way="unused").path == tmp_path
    finally:
        stay.set()
        fork.join()


def _stay(forked: Event, until: Event) -> None:
    forked.set()
    until.wait(10)


def test_secret_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    first = secret_in(tmp_path / "secret")

    assert secret_in(tmp_path / "secret") == first
    assert len(first) >= 50
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_long_log_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"x" * 6_000_000)

    os.close(open_log(tmp_path / "a.log"))

    assert (tmp_path / "a.log.1").stat().st_size == 6_000_000
    assert (tmp_path / "a.log").stat().st_size == 0
