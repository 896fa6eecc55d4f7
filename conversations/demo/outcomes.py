"""How far the demo's conversations have come: the older, the more of them are done."""

from itertools import accumulate
from random import Random

from conversations.demo.timing import DAY_S, HOUR_S

STATUSES = ("open", "pending", "snoozed", "resolved", "closed")
PRIORITIES = ("low", "normal", "high", "urgent")
# Up to that age, so many in a hundred of each of `STATUSES`.
MIX_BY_AGE = (
    (6 * HOUR_S, (78, 12, 2, 8, 0)),
    (DAY_S, (52, 24, 6, 18, 0)),
    (3 * DAY_S, (40, 22, 10, 26, 2)),
    (7 * DAY_S, (20, 16, 10, 44, 10)),
    (21 * DAY_S, (4, 6, 4, 40, 46)),
)
MIX_OF_OLD = (0, 0, 1, 13, 86)
# One in so many gets a priority beside the usual one of its topic.
PRIORITY_SHIFT_RATE = 5
_CUMULATIVE = tuple((age_s, tuple(accumulate(mix))) for age_s, mix in MIX_BY_AGE)
_CUMULATIVE_OF_OLD = tuple(accumulate(MIX_OF_OLD))


def planned_status(age_s: int, rng: Random) -> str:
    """The status that a conversation of this age is likely to have."""
    weights = next((mix for limit_s, mix in _CUMULATIVE if age_s < limit_s), _CUMULATIVE_OF_OLD)
    return rng.choices(STATUSES, cum_weights=weights)[0]


def shifted_priority(usual: str, rng: Random) -> str:
    """The usual priority of the topic, or now and then the one above or below."""
    if rng.random() * PRIORITY_SHIFT_RATE >= 1:
        return usual
    step = 1 if rng.random() < 0.5 else -1
    place = PRIORITIES.index(usual) + step
    return PRIORITIES[min(max(place, 0), len(PRIORITIES) - 1)]
