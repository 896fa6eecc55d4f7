"""What the codes of a bounce mean (RFC 3463, RFC 5248, RFC 7372, RFC 7505), and codes for bounces that have none.

A bounce without a status gets one under `x.0.9nn`, a range that RFC 3463 leaves free (section 3.1: other undefined
status). The numbers are those that mail people know from Sisimai, so that logs can be compared.
"""

import re
from enum import StrEnum


class BounceReason(StrEnum):
    """Why a mail came back, as far as its codes and words tell."""

    USER_UNKNOWN = "user_unknown"
    HOST_UNKNOWN = "host_unknown"
    MOVED = "moved"
    NOT_ACCEPTING = "not_accepting"
    MAILBOX_FULL = "mailbox_full"
    SUSPENDED = "suspended"
    FILTERED = "filtered"
    TOO_LARGE = "too_large"
    OVER_LIMIT = "over_limit"
    SENDER_REJECTED = "sender_rejected"
    AUTHENTICATION = "authentication"
    SPAM = "spam"
    VIRUS = "virus"
    BLOCKED = "blocked"
    REVERSE_DNS = "reverse_dns"
    POLICY = "policy"
    SECURITY = "security"
    NO_RELAYING = "no_relaying"
    TOO_MANY = "too_many"
    EXPIRED = "expired"
    NETWORK = "network"
    SYSTEM = "system"
    SYSTEM_FULL = "system_full"
    MAILER = "mailer"
    CONTENT = "content"
    SYNTAX = "syntax"
    OTHER = "other"
    UNDEFINED = "undefined"


# The address itself is wrong: another mail to it comes back, too. All else may pass.
HARD_REASONS = frozenset({BounceReason.USER_UNKNOWN, BounceReason.HOST_UNKNOWN, BounceReason.MOVED})

# Without the class. What is not here, and all of x.0.x, says too little.
REASON_OF_STATUS = {
    "1.0": BounceReason.USER_UNKNOWN,
    "1.1": BounceReason.USER_UNKNOWN,
    "1.2": BounceReason.HOST_UNKNOWN,
    "1.3": BounceReason.USER_UNKNOWN,
    "1.4": BounceReason.FILTERED,
    "1.6": BounceReason.MOVED,
    "1.7": BounceReason.SENDER_REJECTED,
    "1.8": BounceReason.SENDER_REJECTED,
    "1.9": BounceReason.SYSTEM,
    "1.10": BounceReason.NOT_ACCEPTING,
    "2.0": BounceReason.FILTERED,
    "2.1": BounceReason.FILTERED,
    "2.2": BounceReason.MAILBOX_FULL,
    "2.3": BounceReason.OVER_LIMIT,
    "2.4": BounceReason.FILTERED,
    "3.0": BounceReason.SYSTEM,
    "3.1": BounceReason.SYSTEM_FULL,
    "3.2": BounceReason.NOT_ACCEPTING,
    "3.3": BounceReason.SYSTEM,
    "3.4": BounceReason.TOO_LARGE,
    "3.5": BounceReason.SYSTEM,
    "4.0": BounceReason.NETWORK,
    "4.1": BounceReason.EXPIRED,
    "4.2": BounceReason.NETWORK,
    "4.3": BounceReason.SYSTEM,
    "4.4": BounceReason.NETWORK,
    "4.5": BounceReason.TOO_MANY,
    "4.6": BounceReason.NETWORK,
    "4.7": BounceReason.EXPIRED,
    "5.3": BounceReason.TOO_MANY,
    "5.4": BounceReason.SYSTEM,
    "5.5": BounceReason.SYSTEM,
    "6.0": BounceReason.CONTENT,
    "7.1": BounceReason.BLOCKED,
    "7.2": BounceReason.BLOCKED,
    "7.13": BounceReason.SUSPENDED,
    "7.16": BounceReason.TOO_LARGE,
    "7.17": BounceReason.MOVED,
    "7.18": BounceReason.MOVED,
    "7.20": BounceReason.AUTHENTICATION,
    "7.21": BounceReason.AUTHENTICATION,
    "7.22": BounceReason.AUTHENTICATION,
    "7.23": BounceReason.AUTHENTICATION,
    "7.24": BounceReason.AUTHENTICATION,
    "7.25": BounceReason.REVERSE_DNS,
    "7.26": BounceReason.AUTHENTICATION,
    "7.27": BounceReason.NOT_ACCEPTING,
}
REASON_OF_SUBJECT = {"6": BounceReason.CONTENT, "7": BounceReason.SECURITY}

_OWN_DETAILS = {
    BounceReason.UNDEFINED: 900,
    BounceReason.OTHER: 901,
    BounceReason.SYNTAX: 902,
    BounceReason.NO_RELAYING: 909,
    BounceReason.FILTERED: 910,
    BounceReason.USER_UNKNOWN: 911,
    BounceReason.HOST_UNKNOWN: 912,
    BounceReason.MOVED: 916,
    BounceReason.SENDER_REJECTED: 918,
    BounceReason.SUSPENDED: 921,
    BounceReason.MAILBOX_FULL: 922,
    BounceReason.OVER_LIMIT: 923,
    BounceReason.SYSTEM: 930,
    BounceReason.SYSTEM_FULL: 931,
    BounceReason.NOT_ACCEPTING: 932,
    BounceReason.TOO_LARGE: 934,
    BounceReason.MAILER: 939,
    BounceReason.NETWORK: 944,
    BounceReason.TOO_MANY: 945,
    BounceReason.EXPIRED: 947,
    BounceReason.CONTENT: 960,
    BounceReason.SECURITY: 970,
    BounceReason.AUTHENTICATION: 970,
    BounceReason.BLOCKED: 971,
    BounceReason.VIRUS: 971,
    BounceReason.POLICY: 972,
    BounceReason.REVERSE_DNS: 973,
    BounceReason.SPAM: 980,
}


_OWN_STATUS = re.compile(r"[45]\.0\.9[0-9]{2}")
# What does not pass by itself: called temporary all the same, it is no more than "other".
_LASTING = frozenset(
    {
        BounceReason.USER_UNKNOWN,
        BounceReason.HOST_UNKNOWN,
        BounceReason.MOVED,
        BounceReason.TOO_LARGE,
        BounceReason.OVER_LIMIT,
        BounceReason.REVERSE_DNS,
        BounceReason.POLICY,
        BounceReason.NO_RELAYING,
        BounceReason.MAILER,
        BounceReason.SYNTAX,
    }
)


def own_status(reason: BounceReason, *, is_temporary: bool) -> str:
    """Return the status that stands for one that nobody gave."""
    if is_temporary and reason in _LASTING:
        reason = BounceReason.OTHER
    return f"{4 if is_temporary else 5}.0.{_OWN_DETAILS[reason]}"


def is_own_status(status: str) -> bool:
    """Whether a status is one that nobody gave: people are not shown it."""
    return _OWN_STATUS.fullmatch(status) is not None
