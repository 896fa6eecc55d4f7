from collections.abc import Iterator

import pytest

from tests.servers.anthropic import FakeAnthropic, serve_anthropic


@pytest.fixture
def anthropic_server() -> Iterator[FakeAnthropic]:
    """Anthropic's API on loopback."""
    with serve_anthropic() as server:
        yield server
