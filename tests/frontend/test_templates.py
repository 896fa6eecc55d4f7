import re
from pathlib import Path

import pytest
from django.template.loader import get_template

from hummdesk.environment import PROJECT_ROOT

TEMPLATES = Path(PROJECT_ROOT, "templates")
PAGES = sorted(TEMPLATES.rglob("*.html"))
SPRITE = Path(PROJECT_ROOT, "static/dist/icons.svg").read_text()
FORBIDDEN = {
    "inline style": r"\sstyle\s*=|<style\b",
    "inline script": r"<script\b(?![^>]*\ssrc=)|\son[a-z]+\s*=|javascript:",
    "hx-on": r"\shx-on[:\w-]*\s*=",
    "script in hx-vals": r"hx-vals\s*=\s*['\"]js:",
    # htmx drops the filter without eval and then fires always.
    "filter in hx-trigger": r"hx-trigger\s*=\s*['\"][^'\"]*\[",
    "address of another host": r"(?:src|href|action)\s*=\s*['\"]https?://",
}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TEMPLATES)))
def test_template_compiles_and_obeys_the_content_policy(page: Path) -> None:
    text = page.read_text()

    get_template(str(page.relative_to(TEMPLATES)))

    assert [name for name, pattern in FORBIDDEN.items() if re.search(pattern, text)] == []
    assert len(text.splitlines()) <= 150


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TEMPLATES)))
def test_request_by_htmx_has_an_address_without_it(page: Path) -> None:
    tags = re.findall(r"<(a|form)\b((?:[^<>{]|{{.*?}}|{%.*?%})*)>", page.read_text())

    for name, attributes in tags:
        if "hx-get" in attributes or "hx-post" in attributes:
            assert re.search(r"\shref=" if name == "a" else r"\saction=", attributes), attributes


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    named = {name for page in PAGES for name in re.findall(r'{% i "([a-z0-9-]+)"', page.read_text())}

    assert len(named) > 30
    assert {name for name in named if f'id="{name}"' not in SPRITE} == set()
