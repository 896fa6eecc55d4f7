"""From a mail server's words to status, reply code, stage and reason."""

import re
from dataclasses import dataclass

from email_channel.parsing import bounces_words as table
from email_channel.parsing.bounces_codes import (
    HARD_REASONS,
    REASON_OF_STATUS,
    REASON_OF_SUBJECT,
    BounceReason,
    own_status,
)

# RFC 3463 section 2, from the surest place to the least sure. No part of an IP address or a version.
_STATUS = (
    re.compile(r"\(\s?#([45]\.[0-9]\.[0-9]{1,3})\)?"),
    re.compile(r"\b[245][0-9][0-9][- ][#'\"]?([45]\.[0-9]\.[0-9]{1,3})\b(?![.0-9])"),
    re.compile(r"(?<![\w.-])#?([45]\.[0-9]\.[0-9]{1,3})(?![.\w])"),
)
# RFC 5321 section 4.2: a reply code where a server's words begin.
_REPLY = (
    re.compile(
        r"(?i:\A|\n|smtp; ?|said: ?|<<< ?|: |; |\] |\breason: |\b(?:error_|response|smtp )?code ?:? ?)"
        r"([45][0-57][0-9])(?=[ ,-])"
    ),
    re.compile(r"(?<![\w.:/#=-])([45][0-57][0-9])(?=(?:[ ,;:)-]|\Z))"),
)
_STAGES = (
    ("RCPT", re.compile(r"\bRCPT\b", re.IGNORECASE)),
    ("DATA", re.compile(r"\b(?:end of data|DATA)\b(?! format)", re.IGNORECASE)),
    ("MAIL", re.compile(r"\bMAIL (?:FROM|command)\b", re.IGNORECASE)),
    ("CONN", re.compile(r"initial connection|\b(?:EHLO|HELO)\b", re.IGNORECASE)),
)
# qmail and Gmail tell the stage in their own way.
_STAGE_PHRASES = (
    ("RCPT", re.compile(r"does not like recipient|\(state 14\)")),
    ("DATA", re.compile(r"failed (?:after i sent the message|on data command)|\(state 1[5-8]\)")),
    ("MAIL", re.compile(r"but sender was rejected|\(state 13\)")),
    ("CONN", re.compile(r"but (?:greeting failed|my name was rejected)")),
)
_STAGE_MARK = re.compile(
    r"(?:in reply to (?:the )?|after (?:pipelined |sending )?|>>> |SMTP:|did not like our |most progress was |during "
    r"|response to |\[|error for |smtp command[\s:-]{1,20})"
    r"((?:end of )?(?:RCPT|DATA|MAIL FROM|MAIL|EHLO|HELO|initial connection)[ _]?(?:TO)?)",
    re.IGNORECASE,
)
_STAGE_WORDS_READ = 12_000
_TEMPORARY = re.compile(
    r"\btemporar|persistent(?:ly)? transient|\bdelayed\b|will (?:be )?retr|transient (?:error|failure)"
)
# IronPort and Amazon SES: "5.1.0 - Unknown address error 550-'what the server said' (delivery attempts: 0)".
_QUOTING = re.compile(r"\A[45]\.\d\.\d{1,3} - [^\d]{3,60}([245]\d\d-'.{3,2000}')", re.DOTALL)
# "<ann@x.example>: words" or "ann@x.example [words]": one server tells what another one said.
_IS_QUOTE = re.compile(r"\s*<?[^\s<>@]{1,128}@[^\s<>:\[]{1,253}>?\s{0,3}[:\[]")
# A name server that does not answer today.
_MAY_PASS = re.compile(r"try again|temporar|timed? ?out|lookup (?:error|failure)|will (?:be )?retr")
# Where a text for people begins to quote the server; what stands before is its author's.
_QUOTE_BEGINS = re.compile(
    r"(?:error that the other server returned was|response(?: from the remote server)? was|remote host said|\bsaid"
    r"|returned|responded with failure|failed with|server message|reported)\s{0,3}[:;]?\W{0,8}(?=[45]\d\d\b)",
    re.IGNORECASE,
)
_CODES = re.compile(r"(?<![\w.])(?:#?[245]\.\d{1,3}\.\d{1,3}|[245]\d\d)[- ](?=\S)")
_ADDRESS_REFUSED_BY = frozenset(
    {
        BounceReason.SENDER_REJECTED,
        BounceReason.SPAM,
        BounceReason.BLOCKED,
        BounceReason.TOO_MANY,
        BounceReason.REVERSE_DNS,
    }
)
# A status under which servers file whatever they like.
_VAGUE = frozenset({BounceReason.SECURITY, BounceReason.SYSTEM, BounceReason.BLOCKED})
# Beside "no such user" these tell nothing else; the last three are what Exchange Online gives then.
_SAYS_NOTHING = frozenset({"0.0", "5.0", "1.10", "1.351", "4.1"})
# A status that says it all, and words that speak of somebody else than the recipient.
_SURE = frozenset(
    {
        BounceReason.USER_UNKNOWN,
        BounceReason.MOVED,
        BounceReason.HOST_UNKNOWN,
        BounceReason.MAILBOX_FULL,
        BounceReason.SENDER_REJECTED,
    }
)
_NOT_THE_RECIPIENT = frozenset(
    {BounceReason.SENDER_REJECTED, BounceReason.HOST_UNKNOWN, BounceReason.REVERSE_DNS, BounceReason.NETWORK}
)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is known of one failure: `status` is RFC 3463's or our own, `reply_code` maybe empty."""

    status: str
    reply_code: str
    reason: BounceReason
    is_hard: bool


def diagnose(
    words: str, *, told: str = "", action: str = "", agent: str = "", stage_words: str = "", is_report: bool = False
) -> Diagnosis:
    """Return what the words of a server mean, with the `Status` field that a report gave.

    `agent` is the type of the diagnosis (`smtp`, `x-unix`), `stage_words` tell when in the dialogue the refusal came.
    `is_report`: a report of one recipient said this, not a text for people.
    """
    words = words[: table.WORDS_READ]
    quoted = _QUOTING.match(words)
    said = status_in(quoted[1] if quoted else words) or status_in(words)
    words = quoted[1] if quoted else words
    if begin := _QUOTE_BEGINS.search(words):
        stage_words, words = stage_words or words, words[begin.end() :]
    status = _cause(better_status(told, said), stage_words)
    reply_code = reply_in(words, status[:1])
    stage = stage_in(stage_words or words)
    if not stage and not is_report and not status and (reply_code or _IS_QUOTE.match(words)):
        # Somebody else's reply, quoted without the command that it answers: it may be a filter's.
        stage = "DATA"
    reason = _reason(_plain(words), status, stage, action=action, agent=agent)
    if not status:
        status = own_status(reason, is_temporary=_is_temporary(words, reply_code, action))
    is_hard = reason in HARD_REASONS or (reason == BounceReason.NOT_ACCEPTING and status.startswith("5"))
    return Diagnosis(status, reply_code, reason, is_hard)


def status_in(words: str) -> str:
    """Return the enhanced status code that stands in the words, empty for none."""
    for pattern in _STATUS:
        if found := pattern.search(words):
            return found[1]
    return ""


def reply_in(words: str, status_class: str = "") -> str:
    """Return the SMTP reply code that stands in the words, of the class where one is known, empty for none."""
    for pattern in _REPLY:
        for found in pattern.finditer(words):
            if not status_class or found[1][0] == status_class:
                return found[1]
    return ""


def better_status(told: str, said: str) -> str:
    """Return the more telling of the report's status and the one that the server said itself.

    Reports are often filled with the code that the reply code suggests: what the server said is nearer to the cause.
    """
    if not said or not told:
        return told or said
    return told if said.endswith(".0.0") or (said.endswith(".0") and not told.endswith(".0")) else said


def _cause(status: str, words: str) -> str:
    """Return the status of the last try where the queue's own only says that it gave up (RFC 3463 section 3.5)."""
    if status[1:] != ".4.7":
        return status
    others = (found[1] for found in _STATUS[1].finditer(words[:_STAGE_WORDS_READ]))
    return next((other for other in others if other[1:] != ".4.7"), status)


def stage_in(words: str) -> str:
    """Return the SMTP command that was refused: RCPT, DATA, MAIL, CONN, or empty."""
    words = " ".join(words[:_STAGE_WORDS_READ].split())
    marks = _STAGE_MARK.findall(words)
    for mark in reversed(marks):
        for stage, pattern in _STAGES:
            if pattern.search(mark):
                return stage
    lower = words.lower()
    return next((stage for stage, pattern in _STAGE_PHRASES if pattern.search(lower)), "")


def _plain(words: str) -> str:
    """Return the words without codes, in lower case, blanks folded."""
    return _CODES.sub("", " ".join(words.split())).lower().replace("’", "'")


def _is_temporary(words: str, reply_code: str, action: str) -> bool:
    if reply_code:
        return reply_code.startswith("4")
    return action == "delayed" or _TEMPORARY.search(words.lower()) is not None


def _match(words: str, rows: tuple[tuple[BounceReason, re.Pattern[str]], ...]) -> BounceReason | None:
    return next((reason for reason, pattern in rows if pattern.search(words)), None)


def _reason(words: str, status: str, stage: str, *, action: str, agent: str) -> BounceReason:
    """Return the reason: words that overrule the status, the status, then whatever words there are."""
    if reason := _match(words, table.BEFORE_THE_ADDRESS):
        return reason
    if agent == "x-unix":
        return BounceReason.MAILER
    told, later = _reason_of_status(status), _later(words, status, stage)
    says_unknown = _match(words, table.OF_THE_ADDRESS) is not None
    if told == BounceReason.USER_UNKNOWN and later in _ADDRESS_REFUSED_BY:
        # "Sender address rejected: user unknown" speaks of the sender, whatever else it says.
        return later if later == BounceReason.SENDER_REJECTED or not says_unknown else told
    if told in _SURE:
        return told
    if says_unknown and later not in _NOT_THE_RECIPIENT:
        return _of_unknown_user(status, stage)
    if later in _NOT_THE_RECIPIENT or told in _VAGUE:
        told, later = later, told
    return told or later or _without_words(words, action)


def _later(words: str, status: str, stage: str) -> BounceReason | None:
    """Return what words tell that do not speak of the address; a name server may know the host tomorrow."""
    reason = _match(words, table.AFTER_THE_ADDRESS)
    if reason == BounceReason.HOST_UNKNOWN and stage == "MAIL":
        return BounceReason.SENDER_REJECTED
    if reason == BounceReason.HOST_UNKNOWN and (status.startswith("4") or _MAY_PASS.search(words)):
        return BounceReason.NETWORK
    return reason


def _of_unknown_user(status: str, stage: str) -> BounceReason:
    """Return the reason where words say "no such user" and the status does not.

    A status that says otherwise, or a refusal after DATA, is a filter's: only a refusal at RCPT is sure then.
    """
    if stage == "MAIL":
        return BounceReason.SENDER_REJECTED
    is_sure = stage == "RCPT" or (stage != "DATA" and _says_nothing(status))
    return BounceReason.USER_UNKNOWN if is_sure else BounceReason.FILTERED


def _without_words(words: str, action: str) -> BounceReason:
    if action == "delayed":
        return BounceReason.EXPIRED
    return BounceReason.OTHER if words else BounceReason.UNDEFINED


def _says_nothing(status: str) -> bool:
    return not status or status[2:] in _SAYS_NOTHING


def _reason_of_status(status: str) -> BounceReason | None:
    _, _, detail = status.partition(".")
    return REASON_OF_STATUS.get(detail) or REASON_OF_SUBJECT.get(detail.partition(".")[0])
