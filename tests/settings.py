"""Django settings of a test run: the product's, on a database, Redis keys and a folder of its own.

`HUMMDESK_TEST_DB_SUFFIX` keeps runs apart that share their servers. Server processes that a test starts read this
module too, and then find the run's folder in the environment.
"""

import atexit
import os
import shutil
import tempfile
from typing import Any

RUN_NAME = "test_hummdesk" + os.environ.get("HUMMDESK_TEST_DB_SUFFIX", "")
TEST_FOLDER = os.environ.get("HUMMDESK_TEST_FOLDER", "")
if not TEST_FOLDER:
    TEST_FOLDER = tempfile.mkdtemp(prefix="hummdesk-test-")
    atexit.register(shutil.rmtree, TEST_FOLDER, ignore_errors=True)

os.environ |= {
    "DEBUG": "1",
    "HUMMDESK_ENV_FILE": "",
    "HUMMDESK_BASE_DOMAIN": "localhost",
    "HUMMDESK_DATA_DIR": TEST_FOLDER,
    "HUMMDESK_TEST_FOLDER": TEST_FOLDER,
    "SECRET_KEY": "of the tests, and long enough to sign tokens with",
    # No test reaches a provider by accident.
    "RESEND_API_KEY": "",
    "ANTHROPIC_API_KEY": "",
    "SENTRY_DSN": "",
}
# Tests share one connection, so that all they do lies in one transaction.
os.environ.setdefault("HUMMDESK_DB_POOL", "0")

from hummdesk.settings import *  # noqa: E402, F403
from hummdesk.settings import STATIC_ROOT  # noqa: E402

_own: dict[str, Any] = globals()

_own["DATABASES"]["default"]["TEST"] = {"NAME": RUN_NAME}
_own["CACHES"]["default"]["KEY_PREFIX"] = RUN_NAME
_own["CHANNEL_LAYERS"]["default"]["CONFIG"]["prefix"] = RUN_NAME
_own["CELERY_BROKER_TRANSPORT_OPTIONS"]["global_keyprefix"] = f"{RUN_NAME}/"
# WhiteNoise warns of a folder that is not there, and would look through all files for each client of a test.
STATIC_ROOT.mkdir(exist_ok=True)
WHITENOISE_AUTOREFRESH = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Nothing comes meanwhile.
ATTEND_GATHERS_S = 0
# Every request of a test, in its process or at the live server, fails where rows are fetched one by one.
INSTALLED_APPS += ["zeal"]  # noqa: F405
MIDDLEWARE = ["zeal.middleware.zeal_middleware", *MIDDLEWARE]  # noqa: F405
ZEAL_RAISE = True
# The admin gets the user who looks and the one who is looked at.
ZEAL_ALLOWLIST = [{"model": "accounts.User", "field": "get()"}]
