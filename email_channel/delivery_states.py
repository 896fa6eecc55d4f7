"""Where a mail to one recipient stands, by what is told of it: late, doubled and reordered words change nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from email_channel.enums import BounceKind, SendState

# What a word makes of a state. "+" it holds; "." it changes nothing; "t" it holds if it is of a later time than the
# word that was heeded last. Any word of the provider's proves that it has the mail, so what waits is sent no more.
TRANSITION_TABLE: Final = """
            sent delayed delivered suppressed failed bounced complained
queued      +    +       +         +          +      +       +
sending     +    +       +         +          +      +       +
unknown     t    t       +         +          +      +       +
sent        t    +       +         +          +      +       +
delayed     .    t       +         +          +      +       +
delivered   .    .       t         t          t      t       +
suppressed  .    .       t         t          t      t       +
failed      .    .       t         t          t      t       +
bounced     .    .       t         t          t      t       +
complained  .    .       .         .          .      .       t
"""
# Of two words of one moment the worse one holds.
_WORSE_LAST = (SendState.DELIVERED, SendState.SUPPRESSED, SendState.FAILED, SendState.BOUNCED)


@dataclass(frozen=True)
class DeliveryWord:
    """What somebody told of a mail: the provider, or a mail server in a bounce. `at` is when it happened.

    `status_code` is RFC 3463's, `error` the words of the server that said it.
    """

    state: SendState
    at: datetime
    bounce_kind: BounceKind | None = None
    status_code: str = ""
    error: str = ""


def is_heeded(state: SendState, told_at: datetime | None, word: DeliveryWord) -> bool:
    """Return whether the word changes what is known of a mail in this state, last told of at `told_at`."""
    rule = _TRANSITIONS[state, word.state]
    if rule != "t" or told_at is None:
        return rule != "."
    if word.at == told_at and state in _WORSE_LAST and word.state in _WORSE_LAST:
        return _WORSE_LAST.index(word.state) > _WORSE_LAST.index(state)
    return word.at > told_at


def _read(table: str) -> dict[tuple[SendState, SendState], str]:
    heading, *rows = (line.split() for line in table.strip().splitlines())
    return {
        (SendState(before), SendState(told)): rule
        for before, *rules in rows
        for told, rule in zip(heading, rules, strict=True)
    }


_TRANSITIONS = _read(TRANSITION_TABLE)
