import pytest

from hummdesk.page_layout import PageLayout, page_layout


def test_page_layout_reads_widths_switches_and_folded_sections() -> None:
    found = page_layout({"layout": "list-w-360.details-off.fold-fields.side-off.fold-others"})

    assert found == PageLayout("list-w-360 details-off side-off", frozenset({"fields", "others"}))


@pytest.mark.parametrize(
    "cookie",
    [
        "",
        ".",
        "list-w-361",
        "list-w-276",
        "list-w-424",
        "list-w-0360",
        "fold-",
        "fold-everything",
        'x" onload="alert(1)',
        "<script>",
        "app hidden",
        "\u0000",
        ".".join(["x"] * 20 + ["side-off"]),
    ],
)
def test_page_layout_drops_what_the_cookie_cant_say(cookie: str) -> None:
    assert page_layout({"layout": cookie}) == PageLayout()


def test_page_layout_without_a_cookie_is_the_usual_one() -> None:
    assert page_layout({}) == PageLayout()
