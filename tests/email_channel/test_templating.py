"""Mail templates: what they may say, what they must not do, and what they may cost."""

import time
from contextlib import suppress

import pytest

from email_channel.actions.provision import _RECEIVED
from email_channel.errors import TemplateFault
from email_channel.template_variables import ALWAYS_THERE, VARIABLES, sample_values
from email_channel.templating import (
    BODY_CHARS,
    MARKS_MOST,
    RenderedMail,
    TemplateParts,
    faults_of,
    render_parts,
    variables_named,
)
from email_channel.templating import Value as TemplateValue

HTML_SIGNS = '<b onclick="x()">\'&</b><script>alert(1)</script>'


def rendered(
    html: str = "<p>Text</p>", *, subject: str = "Subject", text: str = "", **values: TemplateValue
) -> RenderedMail:
    return render_parts(TemplateParts(subject, html, text), values)


def test_values_stand_where_they_are_named() -> None:
    mail = rendered(
        "<p>Hello {{customer_name}},</p><p>about #{{ ticket_number }}</p>",
        subject="[#{{ticket_number}}] {{ customer_name | upcase }}",
        customer_name="Ada Lind",
        ticket_number=1042,
    )

    assert mail.subject == "[#1042] ADA LIND"
    assert mail.html == "<p>Hello Ada Lind,</p><p>about #1042</p>"
    assert mail.text == "Hello Ada Lind,\n\nabout #1042"
    assert mail.missing == ()


def test_text_is_that_of_the_template_where_it_has_one() -> None:
    assert rendered(text="Plain {{a}} & <b>", a="<i>").text == "Plain <i> & <b>"


def test_value_is_escaped_in_html_and_not_in_subject_and_text() -> None:
    mail = rendered("<p>{{a}}</p>", subject="{{a}}", text="{{a}}", a=HTML_SIGNS)

    assert mail.html == ('<p>&lt;b onclick="x()"&gt;\'&amp;&lt;/b&gt;&lt;script&gt;alert(1)&lt;/script&gt;</p>')
    assert mail.subject == mail.text == HTML_SIGNS


def test_value_is_never_read_as_a_template() -> None:
    assert rendered("<p>{{a}}</p>", a="{{secret}}{% if secret %}x{% endif %}", secret="s").text == (
        "{{secret}}{% if secret %}x{% endif %}"
    )


def test_subject_is_one_line_whatever_a_value_holds() -> None:
    assert rendered(subject="{{a}}", a="One\r\nBcc: victim@x.example\x00").subject == "One Bcc: victim@x.example"


@pytest.mark.parametrize(
    ("source", "missing"),
    [
        ("{{a}}", ("a",)),
        ("{{b}} {{a}} {{b}}", ("b", "a")),
        ("{{a.b.c}}", ("a",)),
        ("{{a | upcase}}", ("a",)),
        ("{{ 'x' | append: a }}", ("a",)),
        ("{{a | default: 'friend'}}", ()),
        ("{{a | default: b}}", ("b",)),
        ("{% if a %}{{a}}{% else %}friend{% endif %}", ()),
        ("{% unless a %}friend{% endunless %}", ()),
        ("{% if a == 'x' %}{{b}}{% endif %}", ()),
        ("{% comment %}{{a}}{% endcomment %}", ()),
    ],
)
def test_variable_without_a_value_is_told_where_it_would_be_written(source: str, missing: tuple[str, ...]) -> None:
    assert rendered(f"<p>{source}</p>").missing == missing


def test_variable_without_a_value_is_marked_in_the_result() -> None:
    mail = rendered("<p>Hi {{a}}</p>", subject="Hi {{a}}")

    assert (mail.html, mail.subject) == ("<p>Hi <mark>{{a}}</mark></p>", "Hi {{a}}")


@pytest.mark.parametrize(
    "source",
    [
        "{% for i in (1..9) %}x{% endfor %}",
        "{% assign a = 1 %}",
        "{% capture a %}x{% endcapture %}",
        "{% include 'a' %}",
        "{% render 'a' %}",
        "{% liquid echo a %}",
        "{% raw %}{{a}}{% endraw %}",
        "{% tablerow i in (1..9) %}x{% endtablerow %}",
        "{% increment a %}",
        "{% case a %}{% when 1 %}{% endcase %}",
        "{% import os %}",
        "{{ a | safe }}",
        "{{ a | replace: 'a', 'b' }}",
        "{{ a | split: '' | join: a }}",
        "{{ a | date: '%s' }}",
        "{{ a | times: 99999999 }}",
        "{{ a | map: '__class__' }}",
        "{{ a | escape_once }}",
        "{{ a | base64_decode }}",
        "{{ a.__class__() }}",
        "{{ __import__('os') }}",
        "{{ a | truncate: 'x', 'y', 'z', 'w' }}",
        "{% if %}{% endif %}",
        "{% if a %}",
        "{% endif %}",
        "{{ a",
        "{% if a",
        "{{",
        "{%",
        "{% %}",
        "{{ a | }}",
        "{{ 'a }}",
    ],
)
def test_template_that_does_more_than_fill_in_is_refused(source: str) -> None:
    parts = TemplateParts("Subject", f"<p>Text</p>\n{source}")

    with pytest.raises(TemplateFault) as refused:
        render_parts(parts, {"a": "x"})

    assert refused.value.field == "body_html"
    assert refused.value.sentence.startswith(("Line 2:", "This can't be read", "Line 1"))


@pytest.mark.parametrize(
    "source",
    ["{{a.__class__.__mro__}}", "{{a['__class__']}}", "{{a.__init__.__globals__}}", "{{a.format}}", "{{a[0]}}"],
)
def test_nothing_of_python_is_reached(source: str) -> None:
    mail = rendered(f"<p>{source}</p>", a="text")

    assert (mail.text, mail.missing) == ("{{a}}", ("a",))


@pytest.mark.parametrize(
    "source",
    [
        "<script>x()</script>",
        "<p onclick='x()'>{{a}}</p>",
        "<a href='javascript:{{a}}'>{{a}}</a>",
        "<a href={{a}}>{{a}}</a>",
        "<a href='{{a}}'>{{a}}</a>",
        "<img src=x onerror={{a}}>",
        "<p hx-get='/x' {{a}}>x</p>",
        "<{{a}}>",
        "<iframe src='{{a}}'></iframe>",
        "<style>{{a}}</style>",
    ],
)
@pytest.mark.parametrize(
    "value", ["javascript:alert(1)", "x onclick=alert(1)", "\"'><script>alert(1)</script>", "script"]
)
def test_result_is_sanitised_wherever_a_value_stands(source: str, value: str) -> None:
    html = rendered(source, a=value).html.lower()
    tags = [tag.partition(">")[0] for tag in html.split("<")[1:]]

    assert not [tag for tag in tags if "script" in tag or " on" in tag or "hx-" in tag or "iframe" in tag]


BOMBS = {
    "opening braces": "{{" * (BODY_CHARS // 2),
    "opening tags": "{%" * (BODY_CHARS // 2),
    "blanks after braces": "{{" + " " * (BODY_CHARS - 2),
    "blanks in braces": "{{" + " " * (BODY_CHARS - 4) + "}}",
    "blanks in a tag": "{% if a" + " \n" * (BODY_CHARS // 2 - 10) + "%}",
    "braces in braces": "{{ " * (BODY_CHARS // 3),
    "many variables": "{{a}}" * (MARKS_MOST + 1),
    "much output": "{{a}}" * MARKS_MOST,
    "long names": "{{ " + "a" * (BODY_CHARS - 6) + " }}",
    "many ors": "{% if " + " or ".join("a" * 5000) + " %}x{% endif %}",
    "deep conditions": "{% if a %}" * 400 + "{% endif %}" * 400,
    "long filters": ("{{ a" + " | newline_to_br" * 25 + " }}") * 100,
    "growing filters": ("{{ a" + " | append: a" * 35 + " }}") * 100,
    "huge numbers": "{{ " + "9" * 480 + " | append: " + "9" * 5 + " }}",
    "huge range": "{{ (1..99999999999) }}{% if (1..99999999999) contains 5 %}x{% endif %}",
    "huge truncation": "{{ a | truncate: 99999999999999999999 | truncatewords: 99999999999999999999 }}",
    "quotes": "{{ '" * (BODY_CHARS // 4),
    "comments": "{% comment %}" * 1000,
    "brackets": "{{ " + "a[" * 200 + " }}",
    "parentheses": "{% if " + "(" * 200 + " %}{% endif %}",
}


@pytest.mark.parametrize("name", BOMBS)
def test_bomb_ends_soon(name: str) -> None:
    source = BOMBS[name]
    started_at_s = time.monotonic()

    with suppress(TemplateFault):
        render_parts(TemplateParts(source[:300], source, source), {"a": "<&\n" * 5_000})

    assert time.monotonic() - started_at_s < 1.5
    assert faults_of(TemplateParts("Subject", source)).keys() <= {"body_html"}


def test_template_too_long_is_refused() -> None:
    assert faults_of(TemplateParts("s" * 301, "h" * (BODY_CHARS + 1), "t" * (BODY_CHARS + 1))).keys() == {
        "subject",
        "body_html",
        "body_text",
    }


def test_faults_are_told_by_field_and_line() -> None:
    faults = faults_of(TemplateParts("{{a", "<p>\n\n{{a | nope}}</p>", "{% for %}"))

    assert faults["subject"] == ["Line 1: What opens with braces must close with them."]
    assert faults["body_html"][0].startswith("Line 3: There is no such filter. There are: append, capitalize")
    assert faults["body_text"][0].startswith("Line 1: Only these stand in {% %}: if,")


def test_names_of_a_template_are_those_of_all_its_parts() -> None:
    assert variables_named(TemplateParts("{{a}}", "{% if b %}{{c.d | default: e}}{% endif %}", "{{f}}")) == (
        "a",
        "b",
        "c",
        "e",
        "f",
    )


def test_provisioned_templates_use_only_what_is_always_there() -> None:
    for subject, text in _RECEIVED.values():
        parts = TemplateParts(subject, text, text)

        assert set(variables_named(parts)) <= ALWAYS_THERE
        assert render_parts(parts, sample_values()).missing == ()
    assert {"customer_name", "ticket_number", "account_name"} <= ALWAYS_THERE <= set(VARIABLES)
