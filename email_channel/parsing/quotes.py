"""What somebody wrote now, apart from what they quote and how they sign. Never deletes, and is linear.

Lines are labelled one by one, and a verdict is found from the labels: which lines introduce a quote, whether somebody
answers above it, below it or in between. Where that is unclear, more is shown rather than less.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from email_channel.parsing.quote_words import (
    LINE_CHARS,
    begins_like_date,
    ends_with_colon,
    has_address,
    has_wrote,
    header_label,
    is_attribution,
    is_original_marker,
    is_sent_from,
)

_QUOTE = re.compile(r"\s{0,3}>|\s{0,3}\|\s")
_QUOTE_MARKS = re.compile(r"[\s>|]{0,100}")
_DELIMITER = re.compile(r"\s*(?:-{2,}|_{2,}|—{1,3}|–{1,3}|={3,}|~{2,}|\*{3,}|#{3,}|\+{3,})\s*$")
_RFC_DELIMITER = re.compile(r"\s*(?:--|—)\s*$")
_RULE = re.compile(r"\s*[_-]{10,}\s*$")
_FENCE = re.compile(r"\s{0,3}(?:```|~~~)")
_LINES_READ = 20_000
_ATTRIBUTION_LINES = 4
# Texts with more lines that end with a colon are no replies.
_TESTS_MOST = 8_000
_HEADER_GAP_LINES = 2
_FOOTER_LINES = 6
_SIGNATURE_LINES = 10
_SIGNATURE_LINE_CHARS = 100
_AFTER_SENT_FROM_LINES = 3


class LineRole(StrEnum):
    """What a stretch of text is."""

    VISIBLE = "visible"
    QUOTED = "quoted"
    SIGNATURE = "signature"


class _Label(StrEnum):
    BLANK = "e"
    TEXT = "t"
    CODE = "c"
    QUOTE = "q"
    INTRODUCTION = "i"


@dataclass(frozen=True, slots=True)
class SplitReply:
    """A text in stretches, in order: `original` is what was split."""

    parts: tuple[tuple[LineRole, str], ...]

    @property
    def visible(self) -> str:
        """What the author wrote now, without blank lines around it."""
        return self._joined(LineRole.VISIBLE)

    @property
    def quoted(self) -> str:
        """What is answered, with the lines that introduce it."""
        return self._joined(LineRole.QUOTED)

    @property
    def signature(self) -> str:
        """How the author signs, and what programs add below."""
        return self._joined(LineRole.SIGNATURE)

    @property
    def original(self) -> str:
        """All of the text as it was."""
        return "".join(text for _, text in self.parts)

    def _joined(self, role: LineRole) -> str:
        return "".join(text for part_role, text in self.parts if part_role is role).strip("\r\n").rstrip()


def split_reply(text: str) -> SplitReply:
    """Return the text in its stretches. Linear in the length; lines beyond the limit go with the last one read."""
    lines = text.splitlines(keepends=True)
    roles = roles_of_lines([line.rstrip() for line in lines])
    stretches = groupby(zip(roles, lines, strict=True), key=lambda item: item[0])
    return SplitReply(tuple((role, "".join(line for _, line in run)) for role, run in stretches))


def roles_of_lines(lines: list[str]) -> list[LineRole]:
    """Return one role a line; lines have no blanks at their end."""
    read = lines[:_LINES_READ]
    labels = _Labeller(read).labels()
    roles = _Verdict(read, labels).roles()
    _mark_signature(read, labels, roles)
    return roles + roles[-1:] * (len(lines) - len(read))


class _Labeller:
    """Says of each line what it is; every test is bounded, so that no text makes this slow."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.found = [_Label.TEXT] * len(lines)
        self.tests_left = _TESTS_MOST

    def labels(self) -> list[_Label]:
        """Return one label a line."""
        fenced = _fenced(self.lines)
        for index, line in enumerate(self.lines):
            if not line:
                self.found[index] = _Label.BLANK
            elif index in fenced:
                self.found[index] = _Label.CODE
            else:
                self._label(index, line)
        self._label_headers()
        return self.found

    def _label(self, index: int, line: str) -> None:
        if _QUOTE.match(line):
            self.found[index] = _Label.QUOTE
            is_first = index == 0 or self.found[index - 1] is not _Label.QUOTE
            if is_first and ends_with_colon(line) and self._is_attribution([_QUOTE_MARKS.sub("", line, count=1)]):
                self.found[index] = _Label.INTRODUCTION
        elif is_original_marker(line):
            self.found[index] = _Label.INTRODUCTION
        elif ends_with_colon(line):
            for position in range(self._attribution_start(index), index + 1):
                self.found[position] = _Label.INTRODUCTION

    def _attribution_start(self, end: int) -> int:
        """Return the first line of the attribution that ends here, or the line behind `end` where there is none."""
        found = end + 1
        for start in range(end, max(end - _ATTRIBUTION_LINES, -1), -1):
            if self.found[start] is not _Label.TEXT or len(self.lines[start]) > LINE_CHARS:
                break
            if not self._is_attribution(self.lines[start : end + 1]):
                continue
            if begins_like_date(self.lines[start]):
                return start
            found = min(found, start) if found == end + 1 else found
        if found <= end:
            return found
        return end if self._is_followed_by_quote(end) and has_wrote(self.lines[end][-LINE_CHARS:]) else end + 1

    def _is_attribution(self, lines: list[str]) -> bool:
        self.tests_left -= 1
        return self.tests_left >= 0 and is_attribution(lines)

    def _is_followed_by_quote(self, index: int) -> bool:
        return any(_QUOTE.match(line) for line in self.lines[index + 1 : index + 3])

    def _label_headers(self) -> None:
        """Label blocks of From, Sent, To, Subject, in which a value may run over to the next line."""
        block: list[tuple[int, str]] = []
        gap = 0
        for index, line in enumerate(self.lines):
            is_text = self.found[index] not in (_Label.BLANK, _Label.CODE)
            kind = header_label(line) if is_text and (":" in line or "：" in line) else None
            if kind:
                block.append((index, kind))
                gap = 0
            elif is_text:
                gap += 1
                if gap > _HEADER_GAP_LINES and block:
                    self._close_block(block)
                    block = []
        self._close_block(block)

    def _close_block(self, block: list[tuple[int, str]]) -> None:
        kinds = {kind for _, kind in block}
        if len(block) < 3 or "f" not in kinds or not kinds & {"s", "d"}:
            return
        if "s" not in kinds and not any(has_address(self.lines[index]) for index, kind in block if kind in "ft"):
            return
        first = block[0][0]
        above = next((index for index in range(first - 1, max(first - 4, -1), -1) if self.lines[index]), None)
        if above is not None and _RULE.match(self.lines[above]):
            first = above
        for index in range(first, block[-1][0] + 1):
            if self.found[index] is not _Label.BLANK:
                self.found[index] = _Label.INTRODUCTION


def _fenced(lines: list[str]) -> set[int]:
    """Return the lines of code blocks, which are nobody's quote; a fence without its partner is no fence."""
    fences = [index for index, line in enumerate(lines) if line and _FENCE.match(line)]
    pairs = zip(fences[::2], fences[1::2], strict=False)
    return {index for first, last in pairs for index in range(first, last + 1)}


@dataclass(frozen=True, slots=True)
class _Run:
    """Lines of one label in a row, blank lines between them not counted; `end` is behind the last one."""

    label: _Label
    start: int
    end: int
    line_count: int


def _runs(labels: list[_Label], start: int) -> list[_Run]:
    runs: list[_Run] = []
    for index in range(start, len(labels)):
        label = labels[index]
        if label is _Label.BLANK:
            continue
        if label is _Label.CODE:
            label = _Label.TEXT
        if runs and runs[-1].label is label:
            runs[-1] = _Run(label, runs[-1].start, index + 1, runs[-1].line_count + 1)
        else:
            runs.append(_Run(label, index, index + 1, 1))
    return runs


class _Verdict:
    """Finds from the labels what is shown."""

    def __init__(self, lines: list[str], labels: list[_Label]) -> None:
        self.lines = lines
        self.labels = labels
        self.found = [LineRole.VISIBLE] * len(labels)

    def roles(self) -> list[LineRole]:
        """Return one role a line, signatures not yet told apart."""
        runs = self._without_wraps(_runs(self.labels, 0))
        while runs:
            first = next((number for number, run in enumerate(runs) if run.label is _Label.INTRODUCTION), None)
            if first is None:
                self._hide_last_quote(runs)
                break
            if any(run.label is _Label.TEXT for run in runs[:first]):
                self._answer_above(runs[first:])
                break
            runs = self._below(runs, first)
        return self.found

    def _without_wraps(self, runs: list[_Run]) -> list[_Run]:
        """Join quotes that a mail program has broken: one line of text with quotes right above and below."""
        joined: list[_Run] = []
        for number, run in enumerate(runs):
            is_wrap = (
                run.label is _Label.TEXT
                and run.line_count == 1
                and 0 < number < len(runs) - 1
                and runs[number - 1].label is runs[number + 1].label is _Label.QUOTE
                and runs[number - 1].end == run.start
                and run.end == runs[number + 1].start
            )
            label = _Label.QUOTE if is_wrap else run.label
            if joined and joined[-1].label is label:
                joined[-1] = _Run(label, joined[-1].start, run.end, joined[-1].line_count + run.line_count)
            else:
                joined.append(_Run(label, run.start, run.end, run.line_count))
        return joined

    def _hide(self, start: int, end: int) -> None:
        self.found[start:end] = [LineRole.QUOTED] * (end - start)

    def _hide_last_quote(self, runs: list[_Run]) -> None:
        """A quote at the end is hidden, one above or between the author's lines is what they talk about."""
        if runs[-1].label is _Label.QUOTE:
            self._hide(runs[-1].start, len(self.labels))

    def _answer_above(self, runs: list[_Run]) -> None:
        """The author writes above the introduction; what stands below it is shown only if they go on there."""
        last = self._last_answer(runs)
        if last is None:
            self._hide(runs[0].start, len(self.labels))
            return
        self._hide(runs[0].start, runs[0].end)
        self._hide(runs[last].end, len(self.labels))
        if last == 2:
            self._hide(runs[1].start, runs[1].end)

    def _last_answer(self, runs: list[_Run]) -> int | None:
        """Return the number of the last run below an introduction that the author wrote; None for none."""
        if len(runs) < 3 or runs[1].label is not _Label.QUOTE:
            return None
        end = next(
            (number for number, run in enumerate(runs) if number and run.label is _Label.INTRODUCTION), len(runs)
        )
        answers = [number for number in range(2, end) if runs[number].label is _Label.TEXT]
        if not answers:
            return None
        is_between_quotes = len(answers) > 1 or answers[0] < end - 1
        return answers[-1] if is_between_quotes or not self._is_footer(runs[answers[0]]) else None

    def _is_footer(self, run: _Run) -> bool:
        """Whether text below a quote is a signature or what a list adds: a few lines that ask nothing."""
        lines = [line for line in self.lines[run.start : run.end] if line]
        above_delimiter = next((number for number, line in enumerate(lines) if _DELIMITER.match(line)), len(lines))
        lines = lines[:above_delimiter]
        return len(lines) <= _FOOTER_LINES and not any("?" in line for line in lines)

    def _below(self, runs: list[_Run], first: int) -> list[_Run]:
        """Hide an introduction with nothing of the author's above it; return what is left to judge."""
        self._hide(runs[0].start, runs[first].end)
        rest = runs[first + 1 :]
        answers = [run for run in rest if run.label is _Label.TEXT]
        if rest and rest[0].label is _Label.QUOTE and len(answers) <= 1:
            self._hide(rest[0].start, rest[0].end)
            rest = rest[1:]
        return rest


def _mark_signature(lines: list[str], labels: list[_Label], roles: list[LineRole]) -> None:
    """Mark the signature: from the line that parts it off to the end of what is shown."""
    shown = [
        index for index, role in enumerate(roles) if role is LineRole.VISIBLE and labels[index] is not _Label.BLANK
    ]
    last_quote = max((number for number, index in enumerate(shown) if labels[index] is _Label.QUOTE), default=-1)
    own = shown[last_quote + 1 :]
    for number, index in enumerate(own):
        following = [lines[later] for later in own[number + 1 : number + _SIGNATURE_LINES + 2]]
        if labels[index] is _Label.TEXT and _begins_signature(lines[index], following, is_first=number == 0):
            end = shown[-1] + 1
            roles[index:end] = [LineRole.SIGNATURE] * (end - index)
            return


def _begins_signature(line: str, following: list[str], *, is_first: bool) -> bool:
    if len(following) <= _AFTER_SENT_FROM_LINES and is_sent_from(line):
        return True
    if is_first or not _DELIMITER.match(line):
        return False
    if _RFC_DELIMITER.match(line):
        return True
    is_short = len(following) <= _SIGNATURE_LINES and all(len(item) <= _SIGNATURE_LINE_CHARS for item in following)
    return is_short and not any("?" in item for item in following)
