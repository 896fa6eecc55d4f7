"""What a mail that asks how we did says: the question, which the thread shows, and the links, which it does not."""

from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import override

from email_channel.enums import Rating
from email_channel.survey_links import SurveyLinks


@dataclass(frozen=True)
class SurveyQuestion:
    """The words of the question; `html` is safe."""

    subject: str
    text: str
    html: str


def survey_question(*, name: str, number: int, subject: str, language: str) -> SurveyQuestion:
    """Return the question in this language, about the conversation with this number and subject."""
    with override(language):
        about = " ".join(subject.split())
        asked = _("How was our help with “%(subject)s”?") % {"subject": about} if about else _("How was our help?")
        hello = _("Hello %(name)s,") % {"name": name}
        subject_line = _("How did we do? [#%(number)s]") % {"number": number}
    html = format_html("<p>{}</p><p>{}</p>", hello, asked)
    return SurveyQuestion(subject=subject_line, text=f"{hello}\n\n{asked}", html=html)


def survey_links_html(links: SurveyLinks, language: str) -> SafeString:
    """Return a link for each rating, and the way to be asked no more, as safe HTML."""
    with override(language):
        cells = format_html_join(
            "",
            '<td><a class="rating" href="{}"><b>{}</b><br>{}</a></td>',
            [(links.rated(rating), rating.value, rating.label) for rating in Rating],
        )
        hint, stop = _hint(), _("Do not ask me again")
    return format_html(
        '<table class="ratings" role="presentation"><tr>{}</tr></table><p>{}</p><p><a href="{}">{}</a></p>',
        cells,
        hint,
        links.stop,
        stop,
    )


def survey_links_text(links: SurveyLinks, language: str) -> str:
    """Return the same as `survey_links_html` in plain text."""
    with override(language):
        lines = [f"{rating.value} {rating.label}: {links.rated(rating)}" for rating in Rating]
        hint, stop = _hint(), _("Do not ask me again")
    return "\n".join([*lines, "", hint, "", f"{stop}: {links.stop}"])


def _hint() -> str:
    return _("On the page that opens you can say more. Nothing is saved before you send it.")
