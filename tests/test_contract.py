"""A stranger's client: API.md "Conversations and messages", row by row, with nothing but HTTP and a token.

It talks to the platform's host, as a program does that has no host name but that one.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from accounts.models import Account, User
from tests.factories import make_mailbox
from tests.fixtures.cast import PASSWORD
from tests.fixtures.live import LiveServer

CONVERSATION = {
    "id",
    "display_id",
    "subject",
    "status",
    "priority",
    "channel",
    "category",
    "contact",
    "assignee",
    "team",
    "tags",
    "custom_fields",
    "message_count",
    "unread",
    "last_message",
    "last_activity_at",
    "waiting_since",
    "snoozed_until",
    "sla",
    "version",
    "created_at",
    "updated_at",
    "resolved_at",
}
MESSAGE = {
    "id",
    "conversation_id",
    "kind",
    "author",
    "body_html",
    "body_text",
    "quoted_html",
    "attachments",
    "mentions",
    "delivery",
    "read",
    "edited_at",
    "deleted_at",
    "created_at",
}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


class Stranger:
    """Calls the API, and fails on any status but the expected one."""

    def __init__(self, live: LiveServer, email: str) -> None:
        self.http = httpx.Client(base_url=f"http://localhost:{live.port}/api/v1", timeout=20)
        fields = {"email": email, "password": PASSWORD, "account": "acme"}
        token = self.post("/auth/token", fields, status=200)["access"]
        self.http.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, params: dict[str, Any] | None = None, *, expect: int = 200) -> Any:
        return self._checked(self.http.get(path, params=params), expect)

    def post(self, path: str, body: Any = None, *, status: int = 201, **headers: str) -> Any:
        return self._checked(self.http.post(path, json=body, headers=headers), status)

    def patch(self, path: str, body: Any, *, status: int = 200) -> Any:
        return self._checked(self.http.patch(path, json=body), status)

    def delete(self, path: str, *, status: int = 204) -> Any:
        return self._checked(self.http.delete(path), status)

    @staticmethod
    def _checked(answer: httpx.Response, status: int) -> Any:
        assert answer.status_code == status, f"{answer.request.url}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.content else None


@pytest.fixture
def api(committed: None, live: LiveServer, acme: Account, agent: User) -> Iterator[Stranger]:
    """An agent's client."""
    stranger = Stranger(live, agent.email)
    yield stranger
    stranger.http.close()


@pytest.fixture
def opened(api: Stranger) -> dict[str, Any]:
    """A conversation that the client has opened."""
    return open_one(api)


def open_one(api: Stranger, subject: str = "Where is my parcel?", **more: Any) -> dict[str, Any]:
    fields = {
        "subject": subject,
        "contact": {"email": f"ada-{uuid.uuid4().hex[:8]}@customers.example", "name": "Ada Lind"},
        "message": {"body_text": "It should be here by now."},
        "channel": "api",
        **more,
    }
    created: dict[str, Any] = api.post("/conversations", fields)
    return created


def eventually(look: Callable[[], bool], within_s: float = 10) -> None:
    deadline = time.monotonic() + within_s
    while not look():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.1)


def test_conversation_is_opened_with_its_first_message(api: Stranger) -> None:
    created = open_one(api, priority="high", tags=["parcel", "late"], custom_fields={"order": "A-1"})

    assert created.keys() >= CONVERSATION
    assert (created["status"], created["priority"], created["channel"]) == ("open", "high", "api")
    assert sorted(created["tags"]) == ["late", "parcel"]
    assert created["custom_fields"] == {"order": "A-1"}
    assert created["last_message"].keys() >= {"id", "kind", "author", "preview", "created_at"}
    assert created["last_message"]["kind"] == "incoming"
    assert created["waiting_since"] is not None


def test_same_idempotency_key_opens_one(api: Stranger) -> None:
    key: dict[str, Any] = {"Idempotency-Key": uuid.uuid4().hex}
    fields = {"subject": "Once", "contact": {"email": "a@b.example", "name": "A"}, "message": {"body_text": "x"}}

    first, second = (api.post("/conversations", fields, **key) for _ in range(2))

    assert first["id"] == second["id"]
    api.post("/conversations", {**fields, "subject": "Twice"}, status=409, **key)


def test_list_is_filtered_ordered_and_paged(api: Stranger) -> None:
    mine = [open_one(api, f"Number {number}", tags=["paged"])["id"] for number in range(5)]

    pages: list[list[str]] = []
    cursor: dict[str, str] = {}
    while True:
        page = api.get("/conversations", {"tag": "paged", "limit": 2, "ordering": "created_at", **cursor})
        pages.append([one["id"] for one in page["results"]])
        if page["next"] is None:
            break
        cursor = {"cursor": httpx.URL(page["next"]).params["cursor"]}

    assert pages == [mine[:2], mine[2:4], mine[4:]]
    assert page["previous"] is not None


@pytest.mark.parametrize(
    "filters",
    [
        {"status": "open"},
        {"priority": "normal"},
        {"assignee_id": "none"},
        {"channel": "api"},
        {"unread": "true"},
        {"q": "parcel"},
        {"created_after": "2020-01-01T00:00:00Z"},
        {"updated_before": "2100-01-01T00:00:00Z"},
    ],
)
def test_filter_finds_it(api: Stranger, opened: dict[str, Any], filters: dict[str, str]) -> None:
    found = api.get("/conversations", filters)["results"]

    assert opened["id"] in [one["id"] for one in found]


@pytest.mark.parametrize("filters", [{"status": "closed"}, {"assignee_id": "me"}, {"sla": "breached"}, {"q": "zebra"}])
def test_filter_leaves_it_out(api: Stranger, opened: dict[str, Any], filters: dict[str, str]) -> None:
    found = api.get("/conversations", filters)["results"]

    assert opened["id"] not in [one["id"] for one in found]


def test_unknown_filter_and_ordering_name_the_allowed_ones(api: Stranger) -> None:
    problem = api.get("/conversations", {"colour": "red"}, expect=422)

    assert problem["code"] == "validation_error"
    assert "assignee_id" in str(problem["errors"]["colour"])
    assert "created_at" in str(api.get("/conversations", {"ordering": "colour"}, expect=422)["errors"])


def test_one_is_read_by_either_id_with_an_etag(api: Stranger, opened: dict[str, Any]) -> None:
    by_id = api.http.get(f"/conversations/{opened['id']}")
    by_number = api.get(f"/conversations/{opened['display_id']}")

    assert by_id.json()["id"] == by_number["id"] == opened["id"]
    again = api.http.get(f"/conversations/{opened['id']}", headers={"If-None-Match": by_id.headers["ETag"]})
    assert again.status_code == 304


def test_changes_are_made_together_or_not_at_all(api: Stranger, opened: dict[str, Any], agent: User) -> None:
    path = f"/conversations/{opened['id']}"
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()

    changed = api.patch(
        path,
        {
            "status": "snoozed",
            "snoozed_until": until,
            "priority": "urgent",
            "assignee_id": str(agent.id),
            "subject": "Parcel",
            "tags": ["late"],
            "custom_fields": {"order": 7},
            "version": opened["version"],
        },
    )

    assert (changed["status"], changed["priority"], changed["subject"]) == ("snoozed", "urgent", "Parcel")
    assert changed["assignee"]["id"] == str(agent.id)
    assert changed["version"] > opened["version"]
    api.patch(path, {"priority": "low", "version": opened["version"]}, status=409)
    api.patch(path, {"priority": "low", "status": "asleep"}, status=422)
    assert api.patch(path, {"sla_policy_id": None})["id"] == opened["id"]
    api.patch(path, {"sla_policy_id": str(uuid.uuid4())}, status=422)
    assert api.get(path)["priority"] == "urgent"


def test_merge_keeps_both_timelines_readable(api: Stranger, opened: dict[str, Any]) -> None:
    other = open_one(api, "The same again")

    api.post(f"/conversations/{other['id']}/merge", {"into": opened["id"]}, status=200)

    into = api.get(f"/conversations/{opened['id']}/messages")["results"]
    source = api.get(f"/conversations/{other['id']}/messages")["results"]
    assert len(into) == 2
    assert [one["id"] for one in source] == [other["last_message"]["id"]]


def test_stats_have_their_figures(api: Stranger, opened: dict[str, Any]) -> None:
    stats = api.get("/conversations/stats")

    assert stats.keys() >= {"open", "pending", "snoozed", "resolved_today", "unassigned", "mine", "breached"}
    assert stats.keys() >= {"by_priority", "by_team", "by_category", "avg_first_response_s", "avg_resolution_s"}
    assert stats["open"] >= 1


def test_bulk_has_a_result_for_each(api: Stranger) -> None:
    ids = [open_one(api)["id"] for _ in range(3)]

    answer = api.post("/conversations/bulk", {"ids": ids, "changes": {"priority": "low"}}, status=200)

    assert [one["id"] for one in answer["results"]] == ids
    assert all(api.get(f"/conversations/{one}")["priority"] == "low" for one in ids)
    api.post("/conversations/bulk", {"ids": [], "changes": {}}, status=422)


def test_reply_and_note_are_written_and_listed(api: Stranger, opened: dict[str, Any]) -> None:
    path = f"/conversations/{opened['id']}/messages"

    reply = api.post(path, {"kind": "reply", "body_html": "<p>On its <b>way</b><script>alert(1)</script></p>"})
    note = api.post(path, {"kind": "note", "body_text": "Called the carrier."})

    assert reply.keys() >= MESSAGE
    assert "script" not in reply["body_html"]
    assert reply["delivery"]["state"] in {"queued", "sent", "delivered"}
    assert note["delivery"] is None
    kinds = [one["kind"] for one in api.get(path)["results"]]
    assert kinds == ["incoming", "reply", "note"]
    assert [one["id"] for one in api.get(path, {"kind": "note"})["results"]] == [note["id"]]
    assert [one["id"] for one in api.get(path, {"after": reply["id"]})["results"]] == [note["id"]]


def test_note_is_edited_and_deleted_and_the_log_keeps_it(api: Stranger, opened: dict[str, Any]) -> None:
    note = api.post(f"/conversations/{opened['id']}/messages", {"kind": "note", "body_text": "Firts"})

    assert api.patch(f"/messages/{note['id']}", {"body_text": "First"})["body_text"] == "First"
    api.delete(f"/messages/{note['id']}")

    events = api.get(f"/conversations/{opened['id']}/events")["results"]
    assert "Firts" in str(events)


def test_message_of_the_customer_can_not_be_edited(api: Stranger, opened: dict[str, Any]) -> None:
    answer = api.http.patch(f"/messages/{opened['last_message']['id']}", json={"body_text": "x"})

    assert answer.status_code in {403, 409}


def test_mark_read_makes_it_read(api: Stranger, opened: dict[str, Any]) -> None:
    assert api.get(f"/conversations/{opened['id']}")["unread"]

    api.post(f"/messages/{opened['last_message']['id']}/mark-read", status=204)

    assert not api.get(f"/conversations/{opened['id']}")["unread"]


def test_events_tell_who_changed_what(api: Stranger, opened: dict[str, Any], agent: User) -> None:
    api.patch(f"/conversations/{opened['id']}", {"priority": "high"})

    events = api.get(f"/conversations/{opened['id']}/events")["results"]

    assert {"field": "priority", "from": "normal", "to": "high"} in events[-1]["changes"]
    assert events[-1]["actor"]["id"] == str(agent.id)


def test_attachment_is_uploaded_named_and_downloaded(api: Stranger, opened: dict[str, Any]) -> None:
    files = {"file": ("drill.html", PNG, "text/html")}
    uploaded = api._checked(api.http.post("/attachments", files=files), 201)

    assert uploaded["content_type"] == "image/png"
    body = {"kind": "note", "body_text": "See the picture.", "attachments": [uploaded["id"]]}
    note = api.post(f"/conversations/{opened['id']}/messages", body)

    assert [one["id"] for one in note["attachments"]] == [uploaded["id"]]
    link = api.get(f"/attachments/{uploaded['id']}")["url"]
    assert httpx.get(link).content == PNG


def test_contacts_are_made_changed_merged_and_forgotten(api: Stranger, live: LiveServer, leader: User) -> None:
    one = api.post("/contacts", {"name": "Ada Lind", "email": f"{uuid.uuid4().hex[:8]}@customers.example"})
    two = api.post("/contacts", {"name": "A. Lind", "email": f"{uuid.uuid4().hex[:8]}@customers.example"})

    assert api.patch(f"/contacts/{one['id']}", {"name": "Ada K. Lind"})["name"] == "Ada K. Lind"
    api.post(f"/contacts/{two['id']}/merge", {"into": one["id"]}, status=200)

    assert two["email"] in str(api.get(f"/contacts/{one['id']}"))
    forgetting = Stranger(live, leader.email)
    forgetting.delete(f"/contacts/{one['id']}")
    api.get(f"/contacts/{one['id']}", expect=404)


def test_tags_views_and_macros(api: Stranger, opened: dict[str, Any]) -> None:
    api.post("/tags", {"name": "warranty"})
    assert "warranty" in [one["name"] for one in api.get("/tags")["results"]]

    view = api.post("/views", {"name": "Open ones", "filters": {"status": "open"}})
    assert view["id"] in [one["id"] for one in api.get("/views")["results"]]

    actions = [
        {"type": "reply", "text": "Hello {{contact.first_name}}"},
        {"type": "add_tags", "tags": ["warranty"]},
        {"type": "status", "status": "resolved"},
    ]
    macro = api.post("/macros", {"name": "Warranty", "actions": actions})
    api.post(f"/macros/{macro['id']}/apply", {"conversation_id": opened["id"]}, status=200)

    done = api.get(f"/conversations/{opened['id']}")
    assert (done["status"], done["tags"]) == ("resolved", ["warranty"])
    messages = api.get(f"/conversations/{opened['id']}/messages", {"kind": "reply"})["results"]
    assert "Hello Ada" in messages[0]["body_text"]


def test_reply_can_be_taken_back_within_its_time(api: Stranger, acme: Account, committed: None) -> None:
    acme.settings = {"undo_send_s": 30}
    acme.save(update_fields=["settings"])
    make_mailbox(acme)
    one = open_one(api)
    reply = api.post(f"/conversations/{one['id']}/messages", {"kind": "reply", "body_text": "Oops"})

    api.delete(f"/messages/{reply['id']}")

    assert api.get(f"/conversations/{one['id']}")["last_message"]["kind"] == "incoming"
    assert api.get(f"/conversations/{one['id']}/draft")["body_text"] == "Oops"


def test_reply_to_something_new_is_refused_unless_forced(api: Stranger, live: LiveServer, leader: User) -> None:
    one = open_one(api)
    path = f"/conversations/{one['id']}"
    seen = api.get(path)["seq"]
    Stranger(live, leader.email).post(f"{path}/messages", {"kind": "reply", "body_text": "I am on it."})

    problem = api.post(f"{path}/messages", {"kind": "reply", "body_text": "Me too.", "seen_seq": seen}, status=409)

    assert problem["code"] == "conflict"
    api.post(f"{path}/messages", {"kind": "reply", "body_text": "Me too.", "seen_seq": seen, "force": True})


def test_search_finds_a_message_at_once(api: Stranger) -> None:
    word = f"quix{uuid.uuid4().hex[:8]}"
    one = open_one(api, message={"body_text": f"The {word} was not shipped."})

    found = api.get("/search", {"q": word})["results"]

    assert [result["conversation"]["id"] for result in found] == [one["id"]]


def test_ids_of_nobody_are_missing(api: Stranger) -> None:
    for path in ("conversations", "contacts", "attachments"):
        assert api.get(f"/{path}/{uuid.uuid4()}", expect=404)["code"] == "not_found"
