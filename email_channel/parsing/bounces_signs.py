"""Whether a mail is a bounce or a complaint, by its signs.

A report in its parts (RFC 3464), X-Failed-Recipients, or a mail daemon as the sender are each enough. Many bounces
have none of them: then a machine's sign (sender, name, null return path, Auto-Submitted, an unattended address) is
weighed with signs of the content (subject, words, a server's reply, the returned mail). A person who forwards a bounce
to ask about it has the content's signs and none of a machine's.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from email_channel.parsing.bounces_sns import sns_kind
from email_channel.parsing.parsed import ParsedAddress

_DAEMON = re.compile(r"(?:mailer|mail|m)[-_.]?daemon[^@]{0,60}(?:@|\Z)", re.IGNORECASE)
_BOUNCE_SENDER = re.compile(
    r"(?:post[-_.]?master|mail[-_.]?delivery(?:[-_.]?sub)?[-_.]?system|bounces?)[^@]{0,60}(?:@|\Z)", re.IGNORECASE
)
_UNATTENDED = re.compile(
    r"(?:no[-_.]?reply|do[-_.]?not[-_.]?reply|donotreply|noreply|nicht[-_.]?antworten|ne[-_.]?pas[-_.]?repondre"
    r"|ala[-_.]?vastaa|eivastausta|svarej|ikkesvar)[^@]{0,60}@",
    re.IGNORECASE,
)
_BOUNCE_NAME = re.compile(
    r"mail delivery (?:sub)?system|mailer[- ]daemon|mail administrator|postmaster|system administrator", re.IGNORECASE
)
_BOUNCE_SUBJECT = re.compile(
    r"undeliver(?:able|ed)|undelivered mail|(?:failure|failed) delivery"
    r"|delivery (?:status notification|failure|failed|has failed|error|report)"
    r"|mail delivery (?:failed|failure|problem)|(?:mail|message) (?:could )?not (?:be )?deliver"
    r"|returned (?:mail|message)"
    r"|failure notice|mail (?:system )?error|non[- ]?delivery|not delivered|delivery notification|message delayed"
    r"|warning: could not send|nondeliverable|mail failure|unzustellbar|zustellung|non remis|échec de la remise"
    r"|no se (?:pudo|puede) entregar|mancata consegna|olevererbar|ikke leveres|toimitus epäonnistui|niet bezorgd"
    r"|配信|送信不能|エラー通知|delayed mail|не доставлено|недоставлен",
    re.IGNORECASE,
)
AUTO_SUBJECT = re.compile(
    r"\s*(?:(?:re|aw|sv|vs|antw)\s{0,3}:\s{0,3})?\W{0,3}(?:auto(?:matic|matische|matisk|maattinen)?[ -]{0,2}"
    r"(?:reply|response|responder|antwort|antwoord|svar|vastaus|ed reply)|autosvar|autoreply|automatisk svar"
    r"|out of (?:the )?office|away from (?:the )?office|ooo\b|vacation (?:reply|message|notice)"
    r"|on (?:vacation|holiday|leave)\b|poissa"
    r"|frånvarande|fraværende|abwesen|abwesend|réponse automatique|absence du bureau|respuesta automática"
    r"|fuera de la oficina|risposta automatica|fuori sede|resposta automática|fora do escritório|afwezig"
    r"|odpowiedź automatyczna|автоматический ответ|автоответ|自動応答|自动回复)",
    re.IGNORECASE,
)
_BOUNCE_WORDS = re.compile(
    r"(?:could|can|was|were|has|have|is|did)(?: not|n't|not)(?: be| been)? (?:deliver|sent|reach)\w{0,4}"
    r"|(?:deliver\w{0,4}|sending|transmission)\W{1,3}(?:\S{1,60} ){0,8}"
    r"(?:fail|problem|error|unsuccessful|impossible|abandon)"
    r"|unable to deliver|not able to deliver|wasn't able to deliver|undeliver|unsuccessful deliver"
    r"|returned to (?:the )?sender|fail\w{0,3} (?:to deliver|deliver)|did not reach"
    r"|delivery (?:has |is )?(?:failed|delayed)|unknown user|user unknown|no such user"
    r"|following address\w{0,4} (?:had|failed)|permanent (?:fatal )?(?:error|failure)|automatically rejected"
    r"|unzustellbar|nicht zugestellt|konnte nicht|n'a pas pu être|non remis|no se (?:pudo|ha podido)"
    r"|non (?:è stato|può)|não (?:foi|pôde)|kunde inte|kunne ikke|ei voitu|не (?:доставлен|удалось)"
    r"|невозможно доставить|无法|投递失败|退信|送信できません|配信できません|送信に失敗|届けることができません",
    re.IGNORECASE,
)
# A reply with its code where a line or a server's words begin; quoted lines do not count.
_SERVER_REPLY = re.compile(
    r"^(?!>)[^\n>]{0,200}?(?:^|[ :;\"'<(\[])"
    r"(?:[45][0-57]\d[ -]#?(?:[45]\.\d\.\d{1,3}\b|[<\"(A-Za-z-])|\(?#[45]\.\d\.\d{1,3})",
    re.MULTILINE,
)
_COMPLAINT_SUBJECT = re.compile(
    r"\A\W{0,5}(?:complaint about message|abuse (?:report|complaint)|spam (?:report|complaint)"
    r"|feedback (?:loop )?report|e?mail (?:abuse|feedback) report)",
    re.IGNORECASE,
)
_COMPLAINT_SENDER = re.compile(
    r"(?:staff|abuse|fbl|feedback|complaints?|scomp|postmaster|noc|no-?reply)[^@]{0,60}@", re.IGNORECASE
)
_RETURNED_TYPES = frozenset({"message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"})
_FAILED_RECIPIENTS = "x-failed-recipients"
_SNS_FIELD = "x-amz-sns-message-id"
_TEXT_READ = 4_000


@dataclass(frozen=True, slots=True)
class Signals:
    """What a verdict rests on.

    `content_types` are those of all parts; `report_type` is the root's parameter; `text` is how the body begins.
    """

    headers: Sequence[tuple[str, str]]
    subject: str
    author: ParsedAddress
    return_path: str | None
    content_types: Sequence[str]
    report_type: str
    text: str = ""


def is_bounce(signals: Signals, fields: dict[str, str]) -> bool:
    """Whether a mail server wrote about a mail that it has not delivered. `fields` by lower-case name."""
    if signals.report_type == "disposition-notification":
        return False
    if signals.report_type == "delivery-status" or "message/delivery-status" in signals.content_types:
        return True
    if _FAILED_RECIPIENTS in fields or (_SNS_FIELD in fields and sns_kind(signals.text) == "Bounce"):
        return True
    return _DAEMON.match(signals.author.address) is not None or _is_like_a_bounce(signals, fields)


def _is_like_a_bounce(signals: Signals, fields: dict[str, str]) -> bool:
    author, has_null_sender = signals.author, signals.return_path == ""
    has_subject = _BOUNCE_SUBJECT.search(signals.subject) is not None
    content_count = _content_count(signals, has_subject=has_subject)
    if _BOUNCE_SENDER.match(author.address) or _BOUNCE_NAME.search(author.name):
        return has_null_sender or content_count > 0
    is_machine = has_null_sender or is_marked_automatic(fields) or is_unattended(signals)
    return (has_subject and has_null_sender) or (is_machine and content_count > 1)


def _content_count(signals: Signals, *, has_subject: bool) -> int:
    """Return how many of these there are: a subject, words, a server's reply, the returned mail."""
    if AUTO_SUBJECT.match(signals.subject) and not has_subject:
        return 0
    text = signals.text[:_TEXT_READ]
    has_returned = not _RETURNED_TYPES.isdisjoint(signals.content_types)
    return has_subject + has_returned + bool(_BOUNCE_WORDS.search(text)) + bool(_SERVER_REPLY.search(text))


def is_complaint(signals: Signals, fields: dict[str, str]) -> bool:
    """Whether a recipient called a mail spam: a feedback report (RFC 5965) or one of the kinds before it."""
    if signals.report_type == "feedback-report" or "message/feedback-report" in signals.content_types:
        return True
    if _SNS_FIELD in fields and sns_kind(signals.text) == "Complaint":
        return True
    has_returned = not _RETURNED_TYPES.isdisjoint(signals.content_types)
    is_desk = _COMPLAINT_SENDER.match(signals.author.address) is not None
    return is_desk and has_returned and _COMPLAINT_SUBJECT.search(signals.subject) is not None


def is_marked_automatic(fields: dict[str, str]) -> bool:
    """Whether Auto-Submitted says that no person sent this (RFC 3834 section 5)."""
    return fields.get("auto-submitted", "no").split(";")[0].strip().lower() not in ("no", "")


def is_unattended(signals: Signals) -> bool:
    """Whether nobody reads what is sent to the author."""
    return _UNATTENDED.match(signals.author.address) is not None
