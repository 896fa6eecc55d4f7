"""What tests of AI share."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.models import Account, User
from ai.actions.save_article import create_article
from ai.models import Article
from ai.tasks import embed_chunks
from teams.access import Viewer, viewer_of
from tests.servers.anthropic import FakeAnthropic, serve_anthropic


@pytest.fixture
def anthropic_server() -> Iterator[FakeAnthropic]:
    """Anthropic's API on loopback."""
    with serve_anthropic() as server:
        yield server


@pytest.fixture
def writer(acme: Account, leader: User) -> Viewer:
    """A leader of acme, who manages knowledge."""
    return viewer_of(leader.memberships.get(account=acme))


MakeArticle = Callable[..., Article]


@pytest.fixture
def make_article(writer: Viewer) -> MakeArticle:
    """Write an article, published in English unless told otherwise, and embed it."""

    def make(title: str = "Returns", body: str = "Send it back within thirty days.", **fields: Any) -> Article:
        given = {"title": title, "body_html": f"<p>{body}</p>", "language": "en", "status": "published", **fields}
        article = create_article(viewer=writer, fields=given)
        embed_chunks()
        return article

    return make
