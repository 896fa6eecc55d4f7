"""The inbox's pages as browsers ask for them: CPU of server and database, weight of a first load, click to thread."""

import json
import os
import statistics
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import Browser, Page, sync_playwright

from accounts.models import Account, User
from accounts.sessions import bind_to_place
from benchmarks.calls import Call
from benchmarks.conversations import lengthened_thread, seed_account
from benchmarks.load import Caller, Load, load, percentile
from benchmarks.measuring import table
from benchmarks.server import BenchServer, production_settings, serving
from conversations.demo.accounts import DEMO_SLUGS
from conversations.models import Conversation
from hummdesk.tenancy.context import account_context

RUNS = 200
OPENED = 40
SIZE = {"width": 1440, "height": 900}
LAZY = ("conversation.css", "conversation.js", "editor.js", "palette.js", "emoji.js", "emoji.json")
GOAL_FIRST_LOAD_KB, GOAL_CLICK_MS = 90, 100

# Seconds are those of the page's clock; two frames after the swap the thread is on the screen.
_OPEN_ROW = """index => new Promise(resolve => {
  const links = document.querySelectorAll('#conversation-list .row > a')
  const link = links[index % links.length]
  const started = performance.now()
  document.addEventListener('htmx:afterSettle', function settled (event) {
    if (event.detail.target.id !== 'conversation') return
    document.removeEventListener('htmx:afterSettle', settled)
    requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - started)))
  })
  link.click()
})"""
_LAYOUT_SHIFT = """() => new Promise(resolve => {
  let sum = 0
  new PerformanceObserver(list => { for (const one of list.getEntries()) sum += one.value })
    .observe({ type: 'layout-shift', buffered: true })
  setTimeout(() => resolve(sum), 500)
})"""


@dataclass(frozen=True)
class FirstLoad:
    """Bytes over the wire (compressed, with headers) by what they are, without what is loaded when idle."""

    lazy_bytes: int
    bytes_of: dict[str, int]
    layout_shift: float
    click_ms: Sequence[float]

    @property
    def total_kb(self) -> float:
        """What counts against the goal, in kB of 1,000 bytes."""
        return sum(self.bytes_of.values()) / 1000


def run(conversations: int, output: Path) -> None:
    """The figures are printed and written to `output`."""
    call_command("migrate_accounts")
    _collect_files()
    slug = DEMO_SLUGS[0]
    seed_account(slug, conversations)
    account = Account.objects.get(slug=slug)
    cookie = _session_of(account)
    with serving() as server:
        units = _units(account)
        caller = partial(Caller, server.port, f"{slug}.localhost")
        loads = [
            load(server, unit, partial(caller, _headers(cookie, target)), clients=1, runs=RUNS)
            for target, unit in units
        ]
        first = _in_browser(server, slug, cookie)
    statements = [_statements(slug, cookie, target, unit) for target, unit in units]
    _report(loads, statements, first)
    figures: dict[str, Any] = {
        "conversations": conversations,
        "cores": os.cpu_count(),
        "loads": [one.as_json() for one in loads],
        "statements": statements,
        "first_load": asdict(first),
    }
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(figures, indent=2))


def _collect_files() -> None:
    """The files with hashed names are where the server of production looks for them."""
    manage = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"]
    subprocess.run(manage, env=os.environ | production_settings(), check=True)


def _session_of(account: Account) -> SimpleCookie:
    """Return the cookies of the account's leader, who sees all of it."""
    client = Client(headers={"host": f"{account.slug}.localhost"})
    client.force_login(User.objects.get(email=f"leader@{account.slug}.example"))
    session = client.session
    bind_to_place(session, account)
    session.save()
    # Under both names: that of production, where the server looks, and ours.
    name = settings.SESSION_COOKIE_NAME
    key = client.cookies[name].value
    return SimpleCookie({name: key, f"__Host-{name}": key})


def _units(account: Account) -> Sequence[tuple[str, Call]]:
    """Return what is asked for, each with the id that HTMX says it will replace ("" for a whole page)."""
    with account_context(account):
        mailed = Conversation.objects.filter(mailbox_id__isnull=False, folder="inbox", merged_into=None)
        longest = mailed.order_by("-last_activity_at")[0]
        lengthened_thread(longest, 30)
    thread, inbox = f"/conversations/{longest.display_id}?view=all", "/inbox?view=all"
    return [
        ("", Call("inbox page of 50 rows", _get(inbox), 22)),
        ("conversation-list", Call("list partial of 50 rows", _get(inbox), 11)),
        ("sidebar-counts", Call("sidebar with its counts", _get(inbox))),
        ("", Call("page with a thread of 30", _get(thread), 20)),
        ("conversation", Call("thread partial of 30", _get(thread), 12)),
    ]


def _get(path: str) -> Any:
    return lambda _number: ("GET", path, None)


def _headers(cookie: SimpleCookie, target: str) -> dict[str, str]:
    held = "; ".join(f"{name}={morsel.value}" for name, morsel in cookie.items())
    asked = {"Cookie": held, "Accept-Encoding": "gzip"}
    return asked | ({"HX-Request": "true", "HX-Target": target} if target else {})


def _statements(slug: str, cookie: SimpleCookie, target: str, unit: Call) -> int:
    """Return how many SQL statements one unit takes, in this process, with what is kept between requests warm."""
    client = Client(headers={"host": f"{slug}.localhost", **_headers(cookie, target)})
    path = unit.request(0)[1]
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    return len(queries)


def _in_browser(server: BenchServer, slug: str, cookie: SimpleCookie) -> FirstLoad:
    root = f"http://{slug}.localhost:{server.port}"
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        page = _page(browser, root, cookie)
        sizes = list(_sizes(page, f"{root}/inbox?view=all"))
        shift = page.evaluate(_LAYOUT_SHIFT)
        clicks = [page.evaluate(_OPEN_ROW, index) for index in range(OPENED + 3)][3:]
        browser.close()
    kinds: Counter[str] = Counter()
    for name, size in sizes:
        kinds["later" if name in LAZY else _kind(name)] += size
    return FirstLoad(kinds.pop("later", 0), dict(kinds), shift, sorted(clicks))


def _page(browser: Browser, root: str, cookie: SimpleCookie) -> Page:
    context = browser.new_context(viewport=SIZE)  # type: ignore[arg-type]
    # Browsers send what is for TLS alone to localhost as well, but it can't be set there.
    secure = {"url": root.replace("http:", "https:"), "secure": True, "httpOnly": True, "sameSite": "Lax"}
    held = [{"name": name, "value": morsel.value, **secure} for name, morsel in cookie.items()]
    context.add_cookies(held)  # type: ignore[arg-type]
    return context.new_page()


def _sizes(page: Page, url: str) -> Iterator[tuple[str, int]]:
    """Yield what a first visit loads: address and bytes over the wire."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    asked: dict[str, str] = {}
    found: dict[str, int] = {}
    devtools.on("Network.requestWillBeSent", lambda event: asked.update({event["requestId"]: event["request"]["url"]}))
    devtools.on(
        "Network.loadingFinished",
        lambda event: found.update({event["requestId"]: int(event["encodedDataLength"])}),
    )
    page.goto(url, wait_until="load")
    page.wait_for_timeout(3000)
    for request_id, size in found.items():
        # What hashed names add stands before the suffix.
        address = asked.get(request_id, "").partition("?")[0]
        parts = address.rsplit("/", 1)[-1].split(".")
        name = ".".join([parts[0], parts[-1]]) if "/static/" in address else "page"
        yield name, size


def _kind(name: str) -> str:
    kinds = {"js": "script", "css": "style", "woff2": "font", "svg": "icons"}
    return kinds.get(name.rsplit(".", 1)[-1], "page")


def _report(loads: Sequence[Load], statements: Sequence[int], first: FirstLoad) -> None:
    rows = [["what", "p50 ms", "p95 ms", "CPU ms app + db", "goal", "SQL"]]
    for one, count in zip(loads, statements, strict=True):
        cpu = f"{one.app_cpu_ms:.1f} + {one.database_cpu_ms:.1f}"
        goal = "" if one.goal_cpu_ms is None else f"≤ {one.goal_cpu_ms:g}"
        rows.append([one.call, f"{one.p50_ms:.1f}", f"{one.p95_ms:.1f}", cpu, goal, str(count)])
    print(table(rows))
    parts = ", ".join(f"{kind} {size / 1000:.1f}" for kind, size in sorted(first.bytes_of.items()))
    print(f"first load: {first.total_kb:.1f} kB (goal ≤ {GOAL_FIRST_LOAD_KB}): {parts}")
    print(f"loaded when idle: {first.lazy_bytes / 1000:.0f} kB")
    print(
        f"click to painted thread: p50 {statistics.median(first.click_ms):.0f}, "
        f"p95 {percentile(first.click_ms, 0.95):.0f} ms (goal ≤ {GOAL_CLICK_MS})"
    )
    print(f"layout shift: {first.layout_shift:.4f} (goal 0)")
