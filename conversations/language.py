"""Which language a text is in, as far as search has a dictionary for it."""

import re

SEARCHED_LANGUAGES = frozenset({"fi", "sv", "en"})
LEAST_WORDS = 3
# Of a probability among 14 languages; wrong answers below it are about as many as right ones.
LEAST_CONFIDENCE = 0.5
# The beginning tells as much as the whole, in a bounded time.
READ_CHARS = 1_000
_WORD = re.compile(r"[^\W\d_]{2,}")


def detect_language(text: str) -> str:
    """Return `fi`, `sv` or `en`, or "" for another language and for what is too short or too mixed to tell.

    Below 0.5 ms, but for the first call in a process, which loads the model.
    """
    words = _WORD.findall(text[:READ_CHARS])
    if len(words) < LEAST_WORDS:
        return ""
    # Late, since commands and tests that read no text need not wait for the model.
    from hummdesk.language_model import IDENTIFIER

    language, confidence = IDENTIFIER.classify(" ".join(words))
    return str(language) if language in SEARCHED_LANGUAGES and confidence >= LEAST_CONFIDENCE else ""
