"""Styles that spy or cover, and forms of markup that load: nothing of them outlives the sanitiser."""

import itertools
import re

import pytest

from hummdesk.safe_html import resolve_images, sanitise_html, sanitise_with_looks

SPY = "//spy.example/x"
# What loads, what leaves its box, what runs, and how its name is hidden.
DECLARATIONS = (
    f"background:url({SPY})",
    f"background-image:url('{SPY}')",
    f'background-image:image-set("{SPY}" 1x)',
    f"background:red url({SPY}) !important",
    f"background:-webkit-image-set(url({SPY}) 1x)",
    f"list-style-image:url({SPY})",
    f"list-style:url({SPY})",
    f"border-image:url({SPY}) 1",
    f"cursor:url({SPY}),auto",
    f"content:url({SPY})",
    f"mask:url({SPY})",
    f"filter:url({SPY}#f)",
    f"--x:url({SPY});background:var(--x)",
    f"color:red;background:u\\72l({SPY})",
    f"color:red;background-color:u/**/rl({SPY})",
    f"src:url({SPY})",
    f"width:expression(location='{SPY}')",
    f"behavior:url({SPY})",
    f"-moz-binding:url({SPY})",
    f"@import url({SPY})",
    "position:fixed;top:0;left:0;width:100%;height:100%",
    "position:fixed!important;inset:0;z-index:2147483647",
    "position:absolute;top:-9999px",
    "transform:scale(99)",
    "animation:x 1s;transition:all 1s",
    "opacity:0;pointer-events:none",
    "mix-blend-mode:difference;backdrop-filter:blur(9px)",
    "clip-path:inset(0);visibility:hidden",
    "font-family:attr(data-x)",
    "}body{display:none",
)
WRAPPINGS = ('<p style="{0}">x</p>', "<style>p{{{0}}}</style><p>x</p>")
LOADING = (
    '<img src="{0}">',
    '<img srcset="{0} 2x">',
    '<img src=x srcset="{0}">',
    '<picture><source srcset="{0}"><img></picture>',
    '<input type=image src="{0}">',
    '<body background="{0}">',
    '<table background="{0}"><tr><td background="{0}">x</table>',
    '<video poster="{0}"></video>',
    '<video src="{0}" autoplay></video>',
    '<video><source src="{0}"><track src="{0}"></video>',
    '<audio src="{0}" autoplay></audio>',
    '<embed src="{0}">',
    '<object data="{0}"></object>',
    '<object><param name=movie value="{0}"></object>',
    '<applet code=x archive="{0}"></applet>',
    '<iframe src="{0}"></iframe>',
    '<iframe srcdoc="<img src={0}>"></iframe>',
    '<frameset><frame src="{0}"></frameset>',
    '<link rel=stylesheet href="{0}">',
    '<link rel=prefetch href="{0}">',
    '<link rel=preload as=image href="{0}">',
    '<link rel=dns-prefetch href="{0}">',
    '<link rel=preconnect href="{0}">',
    '<link rel=icon href="{0}">',
    '<meta http-equiv=refresh content="0;url={0}">',
    '<base href="{0}"><img src=x>',
    '<script src="{0}"></script>',
    '<svg><image href="{0}"/></svg>',
    '<svg><image xlink:href="{0}"/></svg>',
    '<svg><use href="{0}#a"/></svg>',
    '<svg><filter><feImage href="{0}"/></filter></svg>',
    '<svg><style>@import "{0}"</style></svg>',
    '<svg><a><animate attributeName=href to="{0}"/></a></svg>',
    '<math><mglyph src="{0}"/></math>',
    '<style>@import "{0}";</style>',
    "<style>@font-face{{font-family:x;src:url({0})}}</style>",
    '<bgsound src="{0}">',
    '<portal src="{0}"></portal>',
    '<form action="{0}"><button formaction="{0}">x</button></form>',
    '<a ping="{0}" href="#">x</a>',
)
_LOOSE = re.compile(
    r"position|z-index|transform|animation|opacity|pointer|clip|blend|filter|visibility|content:|\\|var\("
)


def shown(source: str) -> list[str]:
    """Return what stands in the thread, and in the frame of designed mail, with no image let in."""
    return [resolve_images(clean(source), lambda _source: None) for clean in (sanitise_html, sanitise_with_looks)]


@pytest.mark.parametrize(("declaration", "wrapping"), list(itertools.product(DECLARATIONS, WRAPPINGS)))
def test_style_loads_covers_and_hides_nothing(declaration: str, wrapping: str) -> None:
    for html in shown(wrapping.format(declaration)):
        assert "spy.example" not in html
        assert not _LOOSE.search(html)
        assert "<style" not in html


@pytest.mark.parametrize("markup", LOADING)
@pytest.mark.parametrize("scheme", ["https:", "http:", ""])
def test_markup_loads_nothing(markup: str, scheme: str) -> None:
    for html in shown(markup.format(scheme + SPY)):
        assert "spy.example" not in html
