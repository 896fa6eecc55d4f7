"""`make screenshots`: a picture of every screen (tests/screens.py) in light, dark and on a phone, and an index.

It starts HummDesk with new demo data on servers of its own, or looks at the one that `--at` names.
"""

import argparse
import contextlib
import html
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Error, sync_playwright

from hummdesk.embedded.ports import free_port
from hummdesk.environment import PROJECT_ROOT
from tests.screens import SCREENS, Screen, find_places, show

START_TIMEOUT_S = 180
STEP_TIMEOUT_MS = 8_000
ACCOUNT, PASSWORD = "nordhem", "hummdesk-demo"
# The settings are shown as those see them who may do everything.
LEADER, ADMIN = "leader@nordhem.example", "admin@nordhem.example"
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark"},
    "phone": {
        "viewport": {"width": 390, "height": 844},
        "color_scheme": "light",
        "device_scale_factor": 2,
        "has_touch": True,
    },
}


def main() -> int:
    """The pictures are in the folder. Returns 1 if a screen could not be shown."""
    parser = argparse.ArgumentParser(prog="tests.screenshots", description=__doc__)
    parser.add_argument("--output", type=Path, default=PROJECT_ROOT / "var" / "screenshots")
    parser.add_argument("--at", help="address of an instance with demo data, such as http://localhost:8000")
    parser.add_argument("--only", default="", help="part of the names of the screens to show")
    parser.add_argument("--looks", nargs="*", default=list(LOOKS), choices=list(LOOKS))
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    screens = [screen for screen in SCREENS if options.only in screen.name and screen.host != "new"]
    with contextlib.ExitStack() as stack:
        address = options.at or stack.enter_context(new_instance())
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        faults = [fault for look in options.looks for fault in take(browser, address, look, screens, options.output)]
    write_index(options.output, screens, options.looks)
    told = [*faults, f"{len(screens)} screens: {options.output / 'index.html'}", ""]
    sys.stdout.write("\n".join(told))
    return 1 if faults else 0


@contextlib.contextmanager
def new_instance() -> Iterator[str]:
    """The address of HummDesk with new demo data, which runs during the block."""
    folder = PROJECT_ROOT / "var" / "screenshots-data"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    port = free_port()
    settings = {"HUMMDESK_DATA_DIR": str(folder), "PORT": str(port), "SMTP_PORT": str(free_port()), "DEBUG": "1"}
    command = [sys.executable, "-m", "hummdesk.embedded.up", "--end-with-parent"]
    log = folder.with_suffix(".log")
    with log.open("w+b") as output:
        process = subprocess.Popen(command, env=os.environ | settings, stdout=output, stderr=output, cwd=PROJECT_ROOT)
        try:
            _wait_until_up(process, log)
            yield f"http://localhost:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def _wait_until_up(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while "HummDesk is up" not in log.read_text(errors="replace"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit(f"HummDesk did not start:\n{log.read_text(errors='replace')}")
        time.sleep(0.3)


def take(browser: Browser, address: str, look: str, screens: list[Screen], folder: Path) -> list[str]:
    """Take the pictures of one look; return what could not be shown."""
    parts = urlsplit(address)
    hosts = {"platform": address, "account": f"{parts.scheme}://{ACCOUNT}.{parts.netloc}"}
    leader, admin = (_signed_in(browser, hosts["account"], look, email) for email in (LEADER, ADMIN))
    nobody = _context(browser, look)
    page = admin.new_page()
    places = find_places(page, hosts["account"])
    page.close()
    faults = []
    for screen in screens:
        member = admin if screen.path.startswith("/settings") else leader
        page = (member if screen.is_signed_in else nobody).new_page()
        try:
            show(page, hosts[screen.host], screen, places)
        except (Error, AssertionError) as error:
            faults.append(f"{screen.name}, {look}: {str(error).splitlines()[0]}")
        page.screenshot(path=folder / f"{screen.name}-{look}.png", animations="disabled")
        page.close()
    for context in (leader, admin, nobody):
        context.close()
    return faults


def _context(browser: Browser, look: str) -> BrowserContext:
    context = browser.new_context(**LOOKS[look], reduced_motion="reduce", locale="en-GB")
    context.set_default_timeout(STEP_TIMEOUT_MS)
    return context


def _signed_in(browser: Browser, address: str, look: str, email: str) -> BrowserContext:
    context = _context(browser, look)
    page = context.new_page()
    page.goto(f"{address}/account/login/")
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("body[data-live=open]").wait_for()
    page.close()
    return context


def write_index(folder: Path, screens: list[Screen], looks: list[str]) -> None:
    """One page shows all pictures of the folder."""
    rows = [
        f"<h2>{html.escape(screen.name)}</h2><p>"
        + "".join(f'<a href="{screen.name}-{look}.png"><img src="{screen.name}-{look}.png"></a>' for look in looks)
        for screen in screens
    ]
    style = "body{font:14px sans-serif;background:#888}img{height:420px;margin:0 8px 8px 0}"
    page = f"<!doctype html><meta charset=utf-8><title>HummDesk</title><style>{style}</style>{''.join(rows)}"
    (folder / "index.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
