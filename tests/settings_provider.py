"""The settings of a test run with a mail provider: the one whose address is in the environment."""

import os
from urllib.parse import urlsplit

from tests.servers.resend import API_KEY
from tests.servers.resend_webhooks import SECRET
from tests.settings import *  # noqa: F403

RESEND_API_KEY, RESEND_WEBHOOK_SECRET = API_KEY, SECRET
RESEND_API_URL = os.environ["TEST_PROVIDER_URL"]
EGRESS_ALLOWED = frozenset({urlsplit(RESEND_API_URL).netloc})
