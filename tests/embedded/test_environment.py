import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from hummdesk import environment
from hummdesk.environment import SettingError


@pytest.fixture(autouse=True)
def _own_environment() -> Iterator[None]:
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


def _env_file(folder: Path, content: str) -> None:
    (folder / "settings").write_text(content)
    os.environ["HUMMDESK_ENV_FILE"] = str(folder / "settings")


def test_env_file_fills_what_is_not_set(tmp_path: Path) -> None:
    os.environ["HD_GIVEN"] = "from the environment"
    _env_file(tmp_path, '# a comment\n\nHD_GIVEN=from the file\nexport HD_QUOTED="two words"\nHD_EQUALS=a=b\n')

    environment.load_env_file()

    assert environment.text("HD_GIVEN") == "from the environment"
    assert environment.text("HD_QUOTED") == "two words"
    assert environment.text("HD_EQUALS") == "a=b"


def test_env_file_names_the_line_that_is_unreadable(tmp_path: Path) -> None:
    _env_file(tmp_path, "HD_ONE=1\nnonsense\n")

    with pytest.raises(SettingError, match="line 2 is not of the form KEY=VALUE"):
        environment.load_env_file()


@pytest.mark.parametrize(("word", "meaning"), [("1", True), ("On", True), ("no", False), ("FALSE", False), ("", True)])
def test_flag_reads_usual_words_and_takes_empty_as_unset(word: str, meaning: bool) -> None:
    os.environ["HD_FLAG"] = word

    assert environment.flag("HD_FLAG", default=True) is meaning


def test_flag_refuses_other_words() -> None:
    os.environ["HD_FLAG"] = "maybe"

    with pytest.raises(SettingError, match=r"HD_FLAG is .maybe.\. Set it to 1"):
        environment.flag("HD_FLAG")


@pytest.mark.parametrize(("word", "sentence"), [("ten", "whole number"), ("0", "1 or more"), ("99", "10 or less")])
def test_number_says_what_to_set(word: str, sentence: str) -> None:
    os.environ["HD_NUMBER"] = word

    with pytest.raises(SettingError, match=sentence):
        environment.number("HD_NUMBER", 2, least=1, most=10)


def test_items_are_stripped_parts() -> None:
    os.environ["HD_ITEMS"] = " a, b ,,c"

    assert environment.items("HD_ITEMS") == ["a", "b", "c"]
    assert environment.items("HD_NOT_SET", ("d",)) == ["d"]


def test_required_in_production_falls_back_only_in_development() -> None:
    os.environ["DEBUG"] = "1"
    assert environment.required_in_production("HD_SECRET", "for development") == "for development"

    os.environ["DEBUG"] = "0"
    with pytest.raises(SettingError, match=r"HD_SECRET \(signs sessions\) is not set"):
        environment.required_in_production("HD_SECRET", "for development", what="signs sessions")
