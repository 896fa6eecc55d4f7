from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Account, User
from conversations.enums import Folder, MessageKind, Priority, Sharing, Status
from conversations.models import Conversation, MessageDraft, MessageMention, SavedView
from tests.factories import (
    agent_of,
    make_conversation,
    make_mailbox,
    make_message,
    make_searchable,
    make_tag,
    make_team,
)
from tests.fixtures.cast import ClientOf, RestoringClient

LIST = {"HX-Request": "true", "HX-Target": "conversation-list"}


def shown(client: RestoringClient, url: str) -> list[str]:
    """Return the numbers of the rows, in order."""
    page = client.get(url, headers=LIST).content.decode()
    return [part.split('"')[0] for part in page.split('data-number="')[1:]]


def number(*conversations: Conversation) -> list[str]:
    return [str(conversation.display_id) for conversation in conversations]


def test_mentions_are_conversations_in_which_i_or_my_team_am_called(
    client_of: ClientOf, admin: User, agent: User
) -> None:
    team = make_team(agents=[admin])
    called, of_team, other = (make_conversation(messages=1, status=Status.RESOLVED) for _ in range(3))
    for conversation, whom in ((called, {"agent": agent_of(admin)}), (of_team, {"team": team})):
        note = make_message(conversation, kind=MessageKind.NOTE, agent=agent_of(agent))
        MessageMention.objects.create(message=note, **whom)
    note = make_message(other, kind=MessageKind.NOTE, agent=agent_of(admin))
    MessageMention.objects.create(message=note, agent=agent_of(agent))

    assert shown(client_of(admin), "/inbox?view=mentions") == number(of_team, called)


def test_drafts_show_mine_with_what_i_began(client_of: ClientOf, admin: User, agent: User) -> None:
    mine, theirs = make_conversation(messages=1), make_conversation(messages=1)
    for conversation, user in ((mine, admin), (theirs, agent)):
        MessageDraft.objects.create(conversation=conversation, agent=agent_of(user), body_text="We send a new one")
    client = client_of(admin)

    page = client.get("/inbox?view=drafts").content.decode()

    assert shown(client, "/inbox?view=drafts") == number(mine)
    assert "We send a new one" in page
    assert '<span class="draft">' in page


def test_sent_shows_what_i_answered_last(client_of: ClientOf, admin: User, agent: User) -> None:
    answered, by_other, answered_again = (make_conversation(messages=1) for _ in range(3))
    make_message(answered, kind=MessageKind.REPLY, agent=agent_of(admin))
    make_message(by_other, kind=MessageKind.REPLY, agent=agent_of(agent))
    make_message(answered_again, kind=MessageKind.REPLY, agent=agent_of(admin))
    make_message(answered_again)

    assert shown(client_of(admin), "/inbox?view=sent") == number(answered)


def test_snoozed_wake_in_order_and_those_without_a_time_last(client_of: ClientOf, admin: User) -> None:
    late, soon, never = (make_conversation(messages=1, status=Status.SNOOZED) for _ in range(3))
    for conversation, until in ((late, timedelta(days=9)), (soon, timedelta(hours=2))):
        conversation.snoozed_until = timezone.now() + until
        conversation.save()
    never.snoozed_until = None
    never.save()

    assert shown(client_of(admin), "/inbox?view=snoozed") == number(soon, late, never)


@pytest.mark.parametrize("folder", [Folder.SPAM, Folder.TRASH])
def test_spam_and_trash_lie_apart(client_of: ClientOf, admin: User, folder: Folder) -> None:
    inside, _outside = make_conversation(messages=1, folder=folder), make_conversation(messages=1)
    client = client_of(admin)

    assert shown(client, f"/inbox?view={folder}") == number(inside)
    assert str(inside.display_id) not in shown(client, "/inbox?view=all")


def test_team_and_tag_lists_hold_theirs(client_of: ClientOf, admin: User) -> None:
    team, tag = make_team("Returns desk"), make_tag("returns")
    of_team, tagged = make_conversation(messages=1, team=team), make_conversation(messages=1)
    tagged.tags.add(tag)
    client = client_of(admin)

    assert shown(client, f"/inbox?view=team-{team.id}") == number(of_team)
    assert shown(client, f"/inbox?view=tag-{tag.id}") == number(tagged)
    assert '<h2 class="cut">Returns desk</h2>' in client.get(f"/inbox?view=team-{team.id}").content.decode()


@pytest.mark.parametrize("kind", ["team", "tag", "view"])
@pytest.mark.parametrize("id", ["", "x", "01a20761-3c12-71e8-985c-9794a1611130"])
def test_list_of_what_is_not_there_is_not_found(client_of: ClientOf, admin: User, kind: str, id: str) -> None:
    assert client_of(admin).get(f"/inbox?view={kind}-{id}").status_code == 404


def test_saved_view_shows_its_filters_in_its_order(client_of: ClientOf, admin: User) -> None:
    low, urgent, _closed = (
        make_conversation(messages=1, priority=priority, status=status)
        for priority, status in (
            (Priority.LOW, Status.OPEN),
            (Priority.URGENT, Status.OPEN),
            (Priority.HIGH, Status.CLOSED),
        )
    )
    make_message(low)
    view = SavedView.objects.create(
        name="Hot", owner=agent_of(admin), filters={"status": "open"}, ordering="-priority", columns=["subject"]
    )
    client = client_of(admin)

    page = client.get(f"/inbox?view=view-{view.id}").content.decode()

    assert shown(client, f"/inbox?view=view-{view.id}") == number(urgent, low)
    assert "Status is Open" in page
    assert "prio-urgent" not in page


def test_saved_view_of_somebody_else_is_not_found(client_of: ClientOf, admin: User, agent: User) -> None:
    view = SavedView.objects.create(name="Mine alone", owner=agent_of(admin))
    client = client_of(agent)

    for url in (f"/inbox?view=view-{view.id}", f"/views/{view.id}"):
        assert client.get(url).status_code == 404
    assert client.post(f"/views/{view.id}/delete").status_code == 404
    assert "Mine alone" not in client.get("/views").content.decode()


def test_filters_of_the_address_make_a_list_with_chips(client_of: ClientOf, admin: User) -> None:
    tag = make_tag("returns")
    match, _other = make_conversation(messages=1, status=Status.PENDING), make_conversation(messages=1)
    match.tags.add(tag)
    client = client_of(admin)
    url = "/inbox?view=filter&status=open,pending&tag=returns"

    page = client.get(url).content.decode()

    assert shown(client, url) == number(match)
    assert "Status is Open or Pending" in page
    assert "Tag has returns" in page
    assert "/views/new?status=open%2Cpending&amp;tag=returns" in page


@pytest.mark.parametrize("query", ["status=gone", "assignee_id=x", "created_after=soon", "sla=never"])
def test_filters_that_mean_nothing_are_refused(client_of: ClientOf, admin: User, query: str) -> None:
    assert client_of(admin).get(f"/inbox?view=filter&{query}").status_code == 422


def test_filter_form_is_filled_with_the_filters_in_force(client_of: ClientOf, admin: User) -> None:
    page = client_of(admin).get("/inbox/filter?status=open&assignee_id=me").content.decode()

    assert 'value="open" checked' in page
    assert '<option value="me" selected>' in page


def test_view_create_keeps_the_filters(client_of: ClientOf, admin: User) -> None:
    client = client_of(admin)
    form = {"name": "Returns", "visibility": "account", "ordering": "created_at"}

    answer = client.post("/views/new?status=open&tag=returns", form)

    view = SavedView.objects.get()
    assert answer.status_code == 303
    assert answer["Location"] == f"/inbox?view=view-{view.id}"
    assert (view.name, view.visibility, view.ordering) == ("Returns", Sharing.ACCOUNT, "created_at")
    assert view.filters == {"status": "open", "tag": "returns"}
    assert "Returns" in client.get("/inbox", headers=LIST | {"HX-Target": "sidebar-counts"}).content.decode()


def test_view_create_without_a_name_is_422_with_the_form(client_of: ClientOf, admin: User) -> None:
    answer = client_of(admin).post("/views/new?status=open", {"name": " ", "visibility": "own"})

    assert answer.status_code == 422
    assert "Save view" in answer.content.decode()
    assert not SavedView.objects.exists()


def test_view_create_for_everybody_is_for_those_who_manage_templates(client_of: ClientOf, agent: User) -> None:
    client = client_of(agent)

    answer = client.post("/views/new?status=open", {"name": "All of us", "visibility": "account"})

    assert answer.status_code == 422
    assert not SavedView.objects.exists()


def test_view_for_a_team_needs_the_team(client_of: ClientOf, agent: User) -> None:
    team = make_team(agents=[agent])
    client = client_of(agent)

    without = client.post("/views/new?status=open", {"name": "Ours", "visibility": "team"})
    with_one = client.post("/views/new?status=open", {"name": "Ours", "visibility": "team", "team_id": str(team.id)})

    assert (without.status_code, with_one.status_code) == (422, 303)
    assert SavedView.objects.get().team_id == team.id


def test_view_edit_changes_its_name_and_keeps_its_filters(client_of: ClientOf, admin: User) -> None:
    view = SavedView.objects.create(name="Old", owner=agent_of(admin), filters={"status": "open"})

    answer = client_of(admin).post(f"/views/{view.id}", {"name": "New", "visibility": "own", "version": "1"})

    view.refresh_from_db()
    assert answer.status_code == 303
    assert (view.name, view.filters, view.version) == ("New", {"status": "open"}, 2)


def test_view_delete_offers_to_keep_it_again(client_of: ClientOf, admin: User) -> None:
    view = SavedView.objects.create(name="Returns", owner=agent_of(admin), filters={"status": "open"})
    client = client_of(admin)

    page = client.post(f"/views/{view.id}/delete", follow=True).content.decode()

    assert not SavedView.objects.exists()
    assert "“Returns” is deleted." in page
    assert "/views/new?status=open&amp;name=Returns" in page


def test_sidebar_counts_what_waits_and_stops_counting(client_of: ClientOf, admin: User, acme: Account) -> None:
    team = make_team("Returns desk")
    view = SavedView.objects.create(name="Low ones", owner=agent_of(admin), filters={"priority": "low"})
    for _ in range(2):
        make_conversation(messages=1, team=team, priority=Priority.LOW)

    page = client_of(admin).get("/inbox", headers=LIST | {"HX-Target": "sidebar-counts"}).content.decode()

    for label in ("Unassigned", "Returns desk", "Low ones"):
        assert f'{label}</span><span class="count num">2</span>' in page
    assert f"view=view-{view.id}" in page


def test_search_is_ranked_and_shows_where_the_words_are(client_of: ClientOf, admin: User) -> None:
    oak = make_conversation(subject="Wooden floor", messages=1)
    make_message(oak, body_text="Which oil do you advise for <b>oak</b> floors?")
    closed = make_conversation(subject="Oak oak oak", messages=1, status=Status.CLOSED)
    make_searchable(oak, closed, make_conversation(subject="Paint", messages=1))
    client = client_of(admin)

    page = client.get("/inbox?view=search&q=oak").content.decode()

    assert sorted(shown(client, "/inbox?view=search&q=oak")) == sorted(number(oak, closed))
    assert "<mark>oak</mark>" in page
    assert "<b>oak" not in page
    assert 'name="q" value="oak"' in page
    assert shown(client, "/inbox?view=all&q=oak") == number(oak)
    assert shown(client, "/inbox?view=closed&q=oak") == number(closed)


def test_search_that_finds_nothing_offers_the_closed_ones(client_of: ClientOf, admin: User) -> None:
    client = client_of(admin)

    within = client.get("/inbox?view=mine&q=oak").content.decode()
    everywhere = client.get("/inbox?view=search&q=oak").content.decode()

    assert "No conversations match “oak”." in within
    assert "/inbox?view=search&amp;q=oak" in within
    assert "Search closed ones too" in within
    assert "Search closed ones too" not in everywhere


def test_empty_inbox_leads_to_what_nobody_has_taken(client_of: ClientOf, admin: User) -> None:
    for _ in range(3):
        make_conversation(messages=1)

    page = client_of(admin).get("/inbox?view=mine").content.decode()

    assert "Nothing waiting." in page
    assert "See 3 unassigned" in page


def test_inbox_of_a_new_account_leads_an_admin_to_the_first_mailbox(
    client_of: ClientOf, acme: Account, admin: User, agent: User
) -> None:
    for_admin, for_agent = (client_of(user).get("/inbox").text for user in (admin, agent))

    assert "Connect a mailbox to start." in for_admin
    assert "/settings/mailboxes/new" in for_admin
    assert "No mailbox is connected yet." in for_agent
    assert "/settings/mailboxes/new" not in for_agent
    assert "Connect a mailbox" not in client_of(admin).get("/inbox?view=all&q=oak").text
    make_mailbox(acme)
    assert "Connect a mailbox" not in client_of(admin).get("/inbox").text


def test_row_names_what_matters_most(client_of: ClientOf, admin: User, agent: User) -> None:
    now = timezone.now()
    late = make_conversation(messages=1, sla_due_at=now - timedelta(minutes=6, seconds=30))
    soon = make_conversation(messages=1, sla_due_at=now + timedelta(minutes=38, seconds=30))
    later = make_conversation(messages=1, sla_due_at=now + timedelta(minutes=80, seconds=30))
    tagged = make_conversation(messages=1, assignee=agent_of(agent), team=make_team("Stores"))
    tagged.tags.add(make_tag("returns"))

    page = client_of(admin).get("/inbox?view=all").content.decode()

    rows = {part.split('data-number="')[-1].split('"')[0]: part for part in page.split("<li ")}
    for conversation, words in (
        (late, ["chip-danger", "6m over", 'data-due="short"']),
        (soon, ["chip-warn", "38m"]),
        (later, ["1h 20m"]),
        (tagged, ["returns", "Stores", "Agent Of Acme"]),
    ):
        assert [word for word in words if word not in rows[str(conversation.display_id)]] == []


def test_further_pages_go_on_where_the_list_ended(client_of: ClientOf, admin: User) -> None:
    made = [make_conversation(messages=1) for _ in range(7)]
    client = client_of(admin)
    page = client.get("/inbox?view=all&rows=5").content.decode()
    more = page.split('id="more-rows"')[1].split('hx-get="')[1].split('"')[0].replace("&amp;", "&")

    rest = client.get(more, headers=LIST | {"HX-Target": "more-rows"}).content.decode()

    assert rest.count('<li class="row') == 2
    assert f'data-number="{made[0].display_id}"' in rest
    assert "more-rows" not in rest


@pytest.mark.parametrize("rows", [1, 30])
@pytest.mark.parametrize("view", ["mine", "mentions", "sent", "snoozed", "closed", "spam"])
def test_page_takes_the_same_few_queries_whatever_it_shows(
    client_of: ClientOf, admin: User, rows: int, view: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(rows):
        conversation = make_conversation(messages=1, assignee=agent_of(admin), team=make_team())
        conversation.tags.add(make_tag())
    client = client_of(admin)
    client.get(f"/inbox?view={view}")

    with django_assert_max_num_queries(8):
        client.get(f"/inbox?view={view}")


def test_list_of_the_other_account_is_not_seen(client_of: ClientOf, admin: User, nordhem: Account) -> None:
    team = make_team()
    view = SavedView.objects.create(name="Ours", owner=agent_of(admin), visibility=Sharing.ACCOUNT)
    stranger = User.objects.get(email="admin@nordhem.example")
    client = client_of(stranger, at=nordhem)

    for url in (f"/inbox?view=team-{team.id}", f"/inbox?view=view-{view.id}", f"/views/{view.id}"):
        assert client.get(url).status_code == 404
