"""What stands in the slots of the demo's texts: order numbers, products, days, streets."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random

from conversations.demo.accounts import DemoAccount, DemoProduct, WordForms
from conversations.demo.contacts import DemoContact
from conversations.demo.languages import load_demo_language
from conversations.demo.timing import DAY_S, HOUR_S, weekday_of

# Worded by language; all other values are the same for customers and in notes.
LOCAL_SLOTS = frozenset({"product", "city", "date", "past_date", "weekday", "price", "total"})
# Named for each message, not for the conversation.
SPEAKER_SLOTS = frozenset({"agent", "colleague"})
NOTE_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class Scene:
    """What one conversation is about.

    `local_s`: the wall clock at its start, in seconds since 1970. `promised_day`: the day that both sides speak
    of, in days since 1970.
    """

    rng: Random
    account: DemoAccount
    contact: DemoContact
    language: str
    product: DemoProduct
    city: dict[str, WordForms]
    quantity: int
    local_s: int
    promised_day: int
    days_back: int


def fill_slots(scene: Scene, names: Iterable[str]) -> dict[str, str]:
    """A value for each name. Raises KeyError for a slot that neither this module nor the account knows."""
    pools = scene.account.pools
    draw = scene.rng.random
    values = {}
    for name in names:
        if name in pools:
            values[name] = pools[name][int(draw() * len(pools[name]))]
        elif name not in SPEAKER_SLOTS:
            values[name] = _MAKERS[name](scene)
    return values


def fill_note_slots(scene: Scene, names: Iterable[str], public: dict[str, str]) -> dict[str, str]:
    """The values for a note: those of the public messages, but in the language of the agents."""
    wanted = [name for name in names if name in LOCAL_SLOTS or name not in public]
    return public | fill_slots(replace(scene, language=NOTE_LANGUAGE), wanted)


def _digits(scene: Scene, count: int) -> str:
    lowest = 10 ** (count - 1)
    return str(lowest + int(scene.rng.random() * 9 * lowest))


def _day(scene: Scene, day: int) -> str:
    language = load_demo_language(scene.language)
    moment = datetime.fromtimestamp(day * DAY_S, UTC)
    return language.date.format(day=moment.day, month=language.months[moment.month - 1])


def _clock(scene: Scene, shift_s: int) -> str:
    hour, rest = divmod((scene.local_s + shift_s) % DAY_S, HOUR_S)
    return f"{hour}{'.' if scene.language in ('fi', 'sv') else ':'}{rest // 900 * 15:02d}"


_MAKERS: dict[str, Callable[[Scene], str]] = {
    "name": lambda scene: scene.contact.first_name,
    "full_name": lambda scene: scene.contact.name,
    "company": lambda scene: scene.contact.company or scene.contact.name,
    "street": lambda scene: scene.contact.street,
    "order": lambda scene: scene.account.order_prefix + _digits(scene, 5),
    "invoice": lambda scene: _digits(scene, 7),
    "tracking": lambda scene: "JJ" + _digits(scene, 10),
    "request_id": lambda scene: f"req_{scene.rng.getrandbits(48):012x}",
    "product": lambda scene: scene.product.words[scene.language].plain,
    "product_gen": lambda scene: scene.product.words[scene.language].genitive,
    "product_part": lambda scene: scene.product.words[scene.language].third,
    "qty": lambda scene: str(scene.quantity),
    "price": lambda scene: load_demo_language(scene.language).money_of(scene.product.cents),
    "total": lambda scene: load_demo_language(scene.language).money_of(scene.product.cents * scene.quantity),
    "city": lambda scene: scene.city[scene.language].plain,
    "city_gen": lambda scene: scene.city[scene.language].genitive,
    "city_in": lambda scene: scene.city[scene.language].third,
    "date": lambda scene: _day(scene, scene.promised_day),
    "past_date": lambda scene: _day(scene, scene.local_s // DAY_S - scene.days_back),
    "weekday": lambda scene: load_demo_language(scene.language).weekdays[weekday_of(scene.promised_day)],
    "time": lambda scene: _clock(scene, 3 * HOUR_S),
    "since_time": lambda scene: _clock(scene, -HOUR_S // 2),
}
