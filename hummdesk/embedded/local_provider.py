"""A mail service on loopback for `make up` without a key: what stands in for Resend in tests (`tests/servers`).

It delivers to nobody, so that each mail lies in the catcher too; and it tells what became of it by signed webhooks.
"""

import base64
import sys
from collections.abc import Mapping
from pathlib import Path

from hummdesk.embedded.data_directory import secret_in
from hummdesk.embedded.ports import LOOPBACK, free_port
from hummdesk.embedded.product import Product, is_development
from hummdesk.embedded.services import Program
from hummdesk.environment import PROJECT_ROOT

_MODULE = "tests.servers.resend_for_up"
# What it takes in a second; it need not be as slow as the real one.
_REQUESTS_PER_S = 50


def local_provider_settings(product: Product, env: Mapping[str, str]) -> dict[str, str]:
    """What makes the product use the mail service on loopback; nothing where a real one is set, or it is not there."""
    is_there = (PROJECT_ROOT / _path_of(_MODULE)).exists()
    if env.get("RESEND_API_KEY") or not is_there or not is_development():
        return {}
    port = free_port()
    secret = secret_in(product.data_directory / "local_provider_secret").encode()
    allowed = [env.get("HUMMDESK_EGRESS_ALLOWED", ""), f"{LOOPBACK}:{port}"]
    return {
        "RESEND_API_KEY": "re_local",
        "RESEND_API_URL": f"http://{LOOPBACK}:{port}",
        "RESEND_WEBHOOK_SECRET": f"whsec_{base64.b64encode(secret).decode()}",
        "RESEND_REQUESTS_PER_S": env.get("RESEND_REQUESTS_PER_S") or str(_REQUESTS_PER_S),
        "HUMMDESK_EGRESS_ALLOWED": ",".join(filter(None, allowed)),
        "HUMMDESK_MAIL_CAUGHT": "1",
        "HUMMDESK_WEBHOOK_URL": f"http://{product.local_host}:{product.port}/api/v1/email/webhook",
    }


def local_provider_program(product: Product, env: Mapping[str, str]) -> Program:
    """The mail service as a program beside the others."""
    argv = (sys.executable, "-m", _MODULE)
    return Program("provider", argv, env, PROJECT_ROOT, is_fork=product.is_preloaded)


def _path_of(module: str) -> Path:
    return Path(*module.split(".")).with_suffix(".py")
