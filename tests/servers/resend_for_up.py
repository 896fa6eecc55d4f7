"""The loopback Resend beside `make up`: it takes mail, and tells by webhooks that it was sent and delivered.

Mail to `bounced@…` bounces, to `complained@…` is called spam, to `delayed@…` waits, as at Resend's own test addresses.
`curl --data-binary @mail.eml '<address>/test/received?to=support@acme.example'` lets it receive a mail.
"""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from tests.servers.resend import AcceptedMail, FakeResend, running_resend
from tests.servers.resend_checks import recipients_of
from tests.servers.resend_webhooks import RETRIES_S, WebhookEvent

DELIVERED_AFTER_S = 1.0
_POLL_S = 0.2
_LEDGER_MOST = 2000
_BOUNCE = {"type": "Permanent", "subType": "General", "message": "smtp; 550 5.1.1 The mailbox does not exist"}
_FATES: dict[str, tuple[str, dict[str, Any]]] = {
    "bounced": ("email.bounced", {"bounce": _BOUNCE}),
    "complained": ("email.complained", {}),
    "delayed": ("email.delivery_delayed", {}),
}


@dataclass
class _Waiting:
    """An event on its way to the product; `at` in monotonic seconds."""

    event: WebhookEvent
    at: float
    tries: int = 0


class Postman:
    """Brings the provider's events to an address, each again and again until it is taken."""

    def __init__(self, fake: FakeResend, url: str, host: str) -> None:
        self.fake, self.url, self.host = fake, url, host
        self._waiting: list[_Waiting] = []
        self._undecided: list[tuple[float, AcceptedMail]] = []
        self._seen = 0

    def make_a_round(self) -> None:
        """What is due is told."""
        self._decide()
        now = time.monotonic()
        self._waiting += [_Waiting(event, now) for event in self.fake.webhooks.take()]
        due = [each for each in self._waiting if each.at <= now]
        self._waiting = [each for each in self._waiting if each.at > now] + list(self._not_taken(due))

    def _not_taken(self, due: list[_Waiting]) -> Iterator[_Waiting]:
        for each in due:
            status = each.event.post(self.url, host=self.host, secret=self.fake.webhooks.secret)
            if not 200 <= status < 300 and each.tries + 1 < len(RETRIES_S):
                yield _Waiting(each.event, time.monotonic() + RETRIES_S[each.tries + 1], each.tries + 1)

    def _decide(self) -> None:
        """A second after a mail was accepted its fate is known."""
        now = time.monotonic()
        self._undecided += [(now + DELIVERED_AFTER_S, mail) for mail in self.fake.ledger[self._seen :]]
        self._seen = len(self.fake.ledger)
        for at, mail in self._undecided:
            if at <= now:
                kind, details = fate_of(mail)
                self.fake.tell(kind, mail, **details)
        self._undecided = [each for each in self._undecided if each[0] > now]
        if self._seen > _LEDGER_MOST:
            del self.fake.ledger[: self._seen]
            self._seen = 0


def fate_of(mail: AcceptedMail) -> tuple[str, dict[str, Any]]:
    """Return the event that tells what became of a mail, by whom it is to."""
    for recipient in recipients_of(mail.body):
        local = recipient.rpartition("<")[2].partition("@")[0].partition("+")[0].lower()
        if local in _FATES:
            return _FATES[local]
    return "email.delivered", {}


def main() -> None:
    """Run until the process is told to end; everything is named by the environment of `make up`."""
    port = urlsplit(os.environ["RESEND_API_URL"]).port or 0
    with running_resend(port) as (fake, url):
        fake.api_key = os.environ["RESEND_API_KEY"]
        fake.webhooks.secret = os.environ["RESEND_WEBHOOK_SECRET"]
        fake.limit_per_s = int(os.environ["RESEND_REQUESTS_PER_S"])
        print(f"stands in for Resend at {url}", flush=True)  # noqa: T201 - its only output
        host = f"{os.environ.get('HUMMDESK_BASE_DOMAIN') or 'localhost'}"
        postman = Postman(fake, os.environ["HUMMDESK_WEBHOOK_URL"], host)
        while True:
            postman.make_a_round()
            time.sleep(_POLL_S)


if __name__ == "__main__":
    main()
