"""Settings of a server that has the assistant's calls, which the editor's tests ask."""

from tests.settings import *  # noqa: F403

ROOT_URLCONF = "tests.servers.assistant_urls"
