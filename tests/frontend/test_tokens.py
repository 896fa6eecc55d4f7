"""Contrast of the colour pairs in use. Source: WCAG 2.2, 1.4.3, 1.4.11 and "relative luminance"."""

import re
from pathlib import Path

import pytest

from hummdesk.environment import PROJECT_ROOT

CSS = Path(PROJECT_ROOT, "frontend/css")
PAIR = r"light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)"
TOKENS = {
    name: (light, dark) for name, light, dark in re.findall(rf"--([\w-]+): {PAIR}", (CSS / "tokens.css").read_text())
}
TEXT_PAIRS = [
    *[("ink", on) for on in ("surface", "canvas", "surface-2", "surface-3", "note")],
    *[("ink-2", on) for on in ("surface", "canvas", "surface-2", "surface-3", "ai-soft")],
    *[("ink-3", on) for on in ("surface", "canvas", "surface-2", "surface-3", "selected", "note")],
    *[("accent-ink", on) for on in ("surface", "canvas", "accent-soft", "selected")],
    *[("on-accent", on) for on in ("accent", "accent-hover")],
    *[("danger-ink", on) for on in ("danger-soft", "surface", "canvas", "selected", "surface-2")],
    *[(f"{name}-ink", f"{name}-soft") for name in ("ai", "warn", "ok", "info")],
    *[("note-ink", "note"), ("surface", "note-ink"), ("surface", "danger")],
    *[("on-inverse", "inverse"), ("inverse-accent", "inverse")],
]
EDGE_PAIRS = [("field", "surface"), ("accent", "surface"), ("accent", "canvas")]


def luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("colour", "on", "least"),
    [(*pair, 4.5) for pair in TEXT_PAIRS] + [(*pair, 3.0) for pair in EDGE_PAIRS],
)
def test_tokens_are_told_apart(colour: str, on: str, least: float, theme: int) -> None:
    assert contrast(TOKENS[colour][theme], TOKENS[on][theme]) >= least


def test_initials_are_told_apart_on_all_tints() -> None:
    css = (CSS / "components.css").read_text()
    tints = re.findall(rf"\.av-([a-h]) {{\s+background: {PAIR};\s+color: {PAIR};", css)

    assert [tint[0] for tint in tints] == list("abcdefgh")
    for _name, light, dark, ink_on_light, ink_on_dark in tints:
        assert min(contrast(light, ink_on_light), contrast(dark, ink_on_dark)) >= 4.5
