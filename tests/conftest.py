"""What all tests share; the fixtures themselves lie in `tests/fixtures/`."""

import os
from pathlib import Path

import pytest

pytest_plugins = [
    "tests.fixtures.cast",
    "tests.fixtures.database",
    "tests.fixtures.work",
    "tests.fixtures.moving",
    "tests.fixtures.live",
    "tests.fixtures.mail_in",
    "tests.fixtures.scripts",
    "tests.fixtures.browser",
]
SHARED_DIR = Path(__file__).resolve().parent.parent.parent / "shared"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests run last: Playwright keeps an event loop in this thread, beside which no async test can run."""
    items.sort(key=lambda item: "browser" in getattr(item, "fixturenames", ()))
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The mail and the attacks that lie beside the project; HUMMDESK_REQUIRE_SHARED=1 fails without them."""
    if SHARED_DIR.is_dir():
        return SHARED_DIR
    if os.environ.get("HUMMDESK_REQUIRE_SHARED") == "1":
        pytest.fail(f"There is no folder {SHARED_DIR}.")
    pytest.skip("the shared mail is not there (../shared)")
