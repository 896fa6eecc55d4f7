"""What a conversation was, read from the log backwards, equals what a replay of the log forwards says."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from conversations.rules.past import PastState, states_at
from conversations.rules.triggers import CHANGED_BY_EVENT
from hummdesk.events.models import LoggedEvent

TAGS = ["a", "b", "c", "d"]
SCALARS = [name for name in CHANGED_BY_EVENT if name != "ConversationTagsChanged"]


class Replay:
    """A conversation that is changed, and the log that is written of it."""

    def __init__(self) -> None:
        self.fields: dict[str, Any] = {CHANGED_BY_EVENT[name][0]: None for name in SCALARS}
        self.tags: set[str] = set()
        self.custom: dict[str, Any] = {}
        self.log: list[LoggedEvent] = []
        self.after: list[PastState] = []

    def state(self) -> PastState:
        return PastState(dict(self.fields), frozenset(self.tags), dict(self.custom))

    def write(self, event_type: str, data: dict[str, Any]) -> None:
        self.log.append(LoggedEvent(seq=len(self.log) + 1, type=event_type, data=data))
        self.after.append(self.state())

    def put(self, event_type: str, value: str | None) -> None:
        field, before, after = CHANGED_BY_EVENT[event_type]
        data = {before: self.fields[field], after: value}
        self.fields[field] = value
        self.write(event_type, data)

    def retag(self, wanted: set[str]) -> None:
        data = {"added": sorted(wanted - self.tags), "removed": sorted(self.tags - wanted)}
        self.tags = set(wanted)
        self.write("ConversationTagsChanged", data)

    def rename(self, before: str, after: str) -> None:
        """As the database keeps it: no two tags of one name."""
        if after in self.tags or after in TAGS:
            return
        if before in self.tags:
            self.tags = (self.tags - {before}) | {after}
        self.write("TagChanged", {"name_before": before, "name": after})

    def fill_in(self, name: str, value: int | None) -> None:
        before = {name: self.custom.get(name)}
        self.custom = {key: one for key, one in {**self.custom, name: value}.items() if one is not None}
        self.write("ConversationFieldsChanged", {"fields_before": before, "fields": {name: value}})

    def receive(self) -> None:
        self.write("MessageReceived", {})


changes = st.one_of(
    st.tuples(st.just("put"), st.sampled_from(SCALARS), st.sampled_from([None, "x", "y"])),
    st.tuples(st.just("retag"), st.sets(st.sampled_from(TAGS))),
    st.tuples(st.just("fill_in"), st.sampled_from("pq"), st.sampled_from([None, 1, 2])),
    st.tuples(st.just("receive")),
)


@given(st.lists(changes, max_size=30))
def test_states_backwards_equal_a_replay_forwards(steps: list[tuple[Any, ...]]) -> None:
    replay = Replay()
    for name, *given_values in steps:
        getattr(replay, name)(*given_values)

    found = [state for _event, state in states_at(replay.state(), reversed(replay.log))]

    assert found[::-1] == replay.after


def test_renamed_tag_had_its_old_name() -> None:
    replay = Replay()
    replay.retag({"a", "b"})
    replay.rename("a", "new")

    found = [state.tags for _event, state in states_at(replay.state(), reversed(replay.log))]

    assert found == [frozenset({"new", "b"}), frozenset({"a", "b"})]


def test_what_an_event_set_is_known_though_the_row_has_gone() -> None:
    event = LoggedEvent(seq=1, type="ConversationTeamChanged", data={"team_before": None, "team_id": "gone"})
    now = PastState({"team": None}, frozenset(), {})

    ((_event, state),) = states_at(now, [event])

    assert state.fields["team"] == "gone"
