"""Every screen of the product: the pictures (`make screenshots`) and the accessibility test walk this table.

A new page is covered by one row.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from playwright.sync_api import Page, expect

Step = Callable[[Page], None]
# What a path may name in braces → the page whose first link of this form it stands in.
PLACES: Mapping[str, tuple[str, str]] = {
    "conversation": ("/inbox?view=all", r"/conversations/(\d+)"),
    "customer": ("/customers?sort=newest", r"/customers/([0-9a-f-]{36})"),
    "hours": ("/settings/hours", r"/settings/hours/([0-9a-f-]{36})"),
    "sla": ("/settings/sla", r"/settings/sla/([0-9a-f-]{36})"),
    "mailbox": ("/settings/mailboxes", r"/settings/mailboxes/([0-9a-f-]{36})"),
    "domain": ("/settings/domains", r"/settings/domains/([0-9a-f-]{36})"),
    "company": ("/companies", r"/companies/([0-9a-f-]{36})"),
    "rule": ("/settings/rules", r"/settings/rules/([0-9a-f-]{36})"),
    "team": ("/settings/teams", r"/settings/teams/([0-9a-f-]{36})"),
    "agent": ("/settings/agents", r"/settings/agents/([0-9a-f-]{36})"),
    "person": ("/settings/people", r"/settings/people/([0-9a-f-]{36})"),
    "category": ("/settings/categories", r"/settings/categories/([0-9a-f-]{36})"),
    "skill": ("/settings/skills", r"/settings/skills/([0-9a-f-]{36})"),
    "mail": ("/settings/incoming-mail", r"/settings/incoming-mail/([0-9a-f-]{36})"),
    "template": ("/settings/templates", r"/settings/templates/([0-9a-f-]{36})"),
}


@dataclass(frozen=True)
class Screen:
    """One screen: where it is, and what is done there until it shows. `host` is an account's, the
    platform's, or a new account's to which nothing has come yet, which the demo has not.
    """

    name: str
    path: str
    steps: tuple[Step, ...] = ()
    is_signed_in: bool = True
    host: Literal["account", "platform", "new"] = "account"

    def __str__(self) -> str:
        return self.name


def press(*keys: str) -> Step:
    """Press keys one after the other."""

    def step(page: Page) -> None:
        for key in keys:
            page.keyboard.press(key)

    return step


def write(text: str) -> Step:
    """Type a text where the focus is."""
    return lambda page: page.keyboard.type(text)


def click(selector: str) -> Step:
    """Click the first visible element."""
    return lambda page: page.locator(f"{selector} >> visible=true").first.click()


def see(selector: str) -> Step:
    """Wait until something is to be seen."""
    return lambda page: expect(page.locator(selector).first).to_be_visible()


def _lose_the_line(page: Page) -> None:
    page.evaluate("document.body.dataset.live = 'offline'")


_REFUSED = (
    write("nobody@nordhem.example"),
    press("Tab", "Tab"),
    write("a wrong password"),
    press("Enter"),
    see("[role=alert]"),
)
_THREAD = "/conversations/{conversation}?view=all"
_WRITTEN_IN = "/conversations/{other_conversation}?view=all"
_CUSTOMER, _COMPANY = "/customers/{customer}", "/companies/{company}"
SCREENS = (
    Screen("inbox", "/inbox?view=all"),
    Screen("inbox-unassigned", "/inbox?view=unassigned"),
    Screen("inbox-empty", "/inbox?view=trash"),
    Screen("inbox-first-steps", "/inbox", (see(".first-steps"),), host="new"),
    Screen("inbox-search", "/inbox?view=all&q=order"),
    Screen("inbox-search-empty", "/inbox?view=all&q=zzyzx"),
    Screen("inbox-offline", "/inbox?view=all", (_lose_the_line, see(".offline"))),
    Screen("inbox-filter", "/inbox/filter?view=all"),
    Screen("inbox-bulk", "/inbox?view=all", (press("j", "x", "j", "x"), see("#bulk"))),
    Screen("inbox-picker", "/inbox?view=all", (press("j", "x", "a"), see("#picker:popover-open"))),
    Screen("keys", "/inbox?view=all", (press("?"), see("#keys[open]"))),
    Screen("palette", "/inbox?view=all", (press("Control+k"), see("#palette[open]"))),
    Screen("palette-found", "/inbox?view=all", (press("Control+k"), see("#palette[open]"), write("set"))),
    Screen("thread", _THREAD),
    Screen("thread-menu", _THREAD, (click("#thread [data-command=more]"),)),
    Screen(
        "thread-reply",
        _WRITTEN_IN,
        (press("r", "Control+a"), write("Thank you. A new one is on its way.")),
    ),
    Screen("thread-note", _WRITTEN_IN, (press("n", "Control+a"), write("The carrier owes us a call about this one."))),
    Screen("thread-snooze", _THREAD, (press("h"), see("#picker:popover-open"))),
    Screen("thread-tag", _THREAD, (press("l"), see("#picker:popover-open"))),
    Screen("thread-priority", _THREAD, (press("p"), see("#picker:popover-open"))),
    Screen("thread-history", "/conversations/{conversation}/history?view=all"),
    Screen("thread-participants", "/conversations/{conversation}/participants?view=all"),
    Screen("thread-merge", "/conversations/{conversation}/merge?view=all"),
    Screen("compose-new", "/conversations/new"),
    Screen("views", "/views"),
    Screen("view-new", "/views/new"),
    Screen("macros", "/macros"),
    Screen("macro-new", "/macros/new"),
    Screen("notifications", "/notifications"),
    Screen("customers", "/customers"),
    Screen("customers-none", "/customers?q=zzyzx"),
    Screen("customer", _CUSTOMER),
    Screen("customer-menu", _CUSTOMER, (click("#contact-more summary"), see("#contact-more .menu-list"))),
    Screen("customer-edit", f"{_CUSTOMER}/edit"),
    Screen("customer-new", "/customers/new"),
    Screen("customer-merge", _CUSTOMER, (press("."), click("[data-command=merge]"), see("#merge-search"))),
    Screen("customer-merge-page", f"{_CUSTOMER}/merge?q=a"),
    Screen("customer-erase", _CUSTOMER, (press("."), click(".menu-danger"), see("dialog[open] [name=typed]"))),
    Screen("companies", "/companies"),
    Screen("company", _COMPANY),
    Screen("company-edit", f"{_COMPANY}/edit"),
    Screen("company-new", "/companies/new"),
    Screen("company-delete", f"{_COMPANY}/delete"),
    Screen("settings", "/settings"),
    Screen("settings-shortcuts", "/settings/shortcuts"),
    Screen("settings-notifications", "/settings/notifications"),
    Screen("settings-hours", "/settings/hours"),
    Screen("settings-hours-new", "/settings/hours/new"),
    Screen("settings-hours-one", "/settings/hours/{hours}"),
    Screen("settings-teams", "/settings/teams"),
    Screen("settings-team-new", "/settings/teams/new"),
    Screen("settings-team", "/settings/teams/{team}"),
    Screen("settings-team-delete", "/settings/teams/{team}/delete"),
    Screen("settings-agents", "/settings/agents"),
    Screen("settings-agent", "/settings/agents/{agent}"),
    Screen("settings-people", "/settings/people"),
    Screen("settings-person", "/settings/people/{person}"),
    Screen("settings-availability", "/settings/availability"),
    Screen("settings-skills", "/settings/skills"),
    Screen("settings-skill", "/settings/skills/{skill}"),
    Screen("settings-categories", "/settings/categories"),
    Screen("settings-category", "/settings/categories/{category}"),
    Screen("settings-category-new", "/settings/categories/new"),
    Screen("settings-sla", "/settings/sla"),
    Screen("settings-sla-new", "/settings/sla/new"),
    Screen("settings-sla-one", "/settings/sla/{sla}"),
    Screen("settings-mailboxes", "/settings/mailboxes"),
    Screen("settings-mailbox-new", "/settings/mailboxes/new"),
    Screen("settings-mailbox", "/settings/mailboxes/{mailbox}"),
    Screen("settings-mailbox-remove", "/settings/mailboxes/{mailbox}/remove"),
    Screen(
        "settings-mailbox-secret", "/settings/mailboxes/{mailbox}", (click("[action$=secret] button"), see(".copied"))
    ),
    Screen("settings-domains", "/settings/domains"),
    Screen("settings-domain", "/settings/domains/{domain}"),
    Screen("settings-incoming-mail", "/settings/incoming-mail"),
    Screen("settings-incoming-mail-one", "/settings/incoming-mail/{mail}"),
    Screen("settings-deliveries", "/settings/deliveries"),
    Screen("settings-suppressions", "/settings/suppressions"),
    Screen("settings-csat", "/settings/csat"),
    Screen("settings-templates", "/settings/templates"),
    Screen("settings-template", "/settings/templates/{template}"),
    Screen("settings-template-new", "/settings/templates/new"),
    Screen("settings-articles", "/settings/articles"),
    Screen("settings-article-new", "/settings/articles/new"),
    Screen("settings-article-import", "/settings/articles/import"),
    Screen("settings-rules", "/settings/rules"),
    Screen("settings-rule-new", "/settings/rules/new"),
    Screen("settings-rule-start", "/settings/rules/new?start=urgent"),
    Screen("settings-rule", "/settings/rules/{rule}"),
    Screen("settings-rule-log", "/settings/rules/{rule}/log"),
    Screen("settings-rule-try", "/settings/rules/{rule}/try?conversation={conversation}", (see(".verdict"),)),
    Screen("settings-rule-try-nothing", "/settings/rules/{rule}/try?conversation=987654", (see("#try-errors"),)),
    Screen("settings-rule-backtest", "/settings/rules/{rule}/backtest"),
    Screen("settings-rule-backtest-matches", "/settings/rules/{rule}/backtest?show=matches"),
    Screen(
        "settings-rule-backtest-runs",
        "/settings/rules/{rule}/backtest",
        (click("#backtest-run"), see("#backtest :is(progress, .verdict)")),
    ),
    Screen("board", "/board", (see("#board-rows .board"),)),
    Screen("board-set", "/board", (click(".board-set summary"), see(".board-set[open] form"))),
    Screen("queue", "/queue", (see("#queue-rows"),)),
    Screen("conversation-reasons", "/conversations/{conversation}/reasons", (see(".reasons"),)),
    Screen("password", "/account/password/change/"),
    Screen("sign-out", "/account/logout/"),
    Screen("sign-in", "/account/login/", is_signed_in=False),
    Screen("sign-in-refused", "/account/login/", _REFUSED, is_signed_in=False),
    Screen("reset", "/account/password/reset/", is_signed_in=False),
    Screen("reset-sent", "/account/password/reset/done/", is_signed_in=False),
    Screen("unsubscribe-forged", "/unsubscribe?token=x", is_signed_in=False),
    Screen("invitation-spent", "/account/invitation?token=x", is_signed_in=False),
    Screen("not-found", "/conversations/987654"),
    Screen("refused", "/inbox?view=nowhere"),
    Screen("platform-sign-in", "/account/login/", is_signed_in=False, host="platform"),
)


def find_places(page: Page, base_url: str) -> dict[str, str]:
    """Return what the braces of paths stand for, found on the lists of whoever is signed in."""
    found: dict[str, str] = {}
    for name, (path, form) in PLACES.items():
        page.goto(base_url + path)
        matches = re.findall(form, page.content()) or ["none"]
        # What is typed in one is kept as a draft, which must not show in the pictures of the other.
        found |= {name: matches[0], f"other_{name}": matches[-1]}
    return found


def show(page: Page, base_url: str, screen: Screen, places: Mapping[str, str]) -> None:
    """The screen is there as it will stay: fonts loaded, steps done, nothing under way."""
    page.goto(base_url + screen.path.format_map(places))
    page.evaluate("document.fonts.ready.then(() => 0)")
    if page.locator("hd-live").count():
        page.locator("body[data-live=open]").wait_for()
    for step in screen.steps:
        step(page)
        page.wait_for_load_state("networkidle")
