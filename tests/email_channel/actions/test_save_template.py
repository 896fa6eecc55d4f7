"""Mail templates are kept with all that they said before."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.models import Account, Membership, User
from email_channel.actions.save_template import change_template, create_template, delete_template, restore_template
from email_channel.models import EmailTemplate, EmailTemplateVersion, Mailbox
from hummdesk.errors import Conflict, NotFound, PermissionDenied, ValidationFailed
from teams.access import Viewer, viewer_of

FIELDS = {"name": "Refund", "language": "en", "subject": "Your refund", "body_html": "<p>Hello {{customer_name}}</p>"}


@pytest.fixture
def leader_viewer(leader: User, acme: Account) -> Viewer:
    return viewer_of(Membership.objects.get(user=leader, account=acme))


def made(viewer: Viewer, **fields: Any) -> EmailTemplate:
    return create_template(viewer=viewer, fields={**FIELDS, **fields})


def numbers(template: EmailTemplate) -> list[int]:
    return list(template.versions.values_list("number", flat=True))


def test_new_template_has_a_first_version(leader_viewer: Viewer) -> None:
    template = made(leader_viewer, name="  Refund   now ")

    version = template.versions.get()
    assert (template.name, template.version_number) == ("Refund now", 1)  # type: ignore[attr-defined]
    assert (version.number, version.subject, version.author_name) == (1, "Your refund", leader_viewer.agent.name)


def test_other_words_make_a_version_and_another_name_does_not(leader_viewer: Viewer) -> None:
    template = made(leader_viewer)

    change_template(viewer=leader_viewer, template_id=template.id, changes={"name": "Money back"})
    assert numbers(template) == [1]
    changed = change_template(viewer=leader_viewer, template_id=template.id, changes={"subject": "Here it is"})

    assert numbers(template) == [2, 1]
    assert (changed.name, changed.subject) == ("Money back", "Here it is")
    assert template.versions.get(number=1).subject == "Your refund"


def test_first_change_keeps_what_a_template_without_versions_said(leader_viewer: Viewer) -> None:
    template = EmailTemplate.objects.create(**FIELDS)

    change_template(viewer=leader_viewer, template_id=template.id, changes={"subject": "New"}, version=1)

    assert [(one.number, one.subject) for one in template.versions.all()] == [(2, "New"), (1, "Your refund")]


def test_stale_version_is_refused(leader_viewer: Viewer) -> None:
    template = made(leader_viewer)
    change_template(viewer=leader_viewer, template_id=template.id, changes={"subject": "Two"}, version=1)

    with pytest.raises(Conflict):
        change_template(viewer=leader_viewer, template_id=template.id, changes={"subject": "Three"}, version=1)

    template.refresh_from_db()
    assert template.subject == "Two"


def test_restored_version_is_the_newest(leader_viewer: Viewer) -> None:
    template = made(leader_viewer)
    change_template(viewer=leader_viewer, template_id=template.id, changes={"subject": "Two", "body_text": "t"})

    restored = restore_template(viewer=leader_viewer, template_id=template.id, number=1)

    assert (restored.subject, restored.body_text, numbers(template)) == ("Your refund", "", [3, 2, 1])
    with pytest.raises(NotFound):
        restore_template(viewer=leader_viewer, template_id=template.id, number=9)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"subject": "{{a"}, "subject"),
        ({"subject": " "}, "subject"),
        ({"body_html": "{% for a in b %}{% endfor %}"}, "body_html"),
        ({"body_html": "<p> </p>"}, "body_html"),
        ({"body_text": "{{a | nope}}"}, "body_text"),
        ({"name": " "}, "name"),
        ({"name": "n" * 81}, "name"),
        ({"language": "xx"}, "language"),
    ],
)
def test_template_that_cannot_be_sent_is_refused(leader_viewer: Viewer, changes: dict[str, str], field: str) -> None:
    template = made(leader_viewer)

    with pytest.raises(ValidationFailed) as refused:
        change_template(viewer=leader_viewer, template_id=template.id, changes=changes)

    assert set(refused.value.errors) == {field}
    assert numbers(template) == [1]


def test_name_is_there_once_in_each_language(leader_viewer: Viewer) -> None:
    made(leader_viewer)

    with pytest.raises(ValidationFailed) as refused:
        made(leader_viewer)
    made(leader_viewer, language="fi")

    assert set(refused.value.errors) == {"name"}


def test_template_goes_with_its_versions(leader_viewer: Viewer) -> None:
    template = made(leader_viewer)

    delete_template(viewer=leader_viewer, template_id=template.id)

    assert not EmailTemplate.objects.filter(id=template.id).exists()
    assert not EmailTemplateVersion.objects.filter(template=template.id).exists()


def test_template_that_a_mailbox_answers_with_stays(leader_viewer: Viewer, mailbox: Mailbox) -> None:
    template = made(leader_viewer)
    Mailbox.objects.filter(id=mailbox.id).update(auto_reply_template=template)

    with pytest.raises(Conflict) as refused:
        delete_template(viewer=leader_viewer, template_id=template.id)

    assert mailbox.address in str(refused.value.detail)
    assert EmailTemplate.objects.filter(id=template.id).exists()


def test_whoever_may_not_manage_templates_changes_nothing(leader_viewer: Viewer, viewer: Viewer) -> None:
    template = made(leader_viewer)
    words: dict[str, Any] = {"viewer": viewer, "template_id": template.id}

    for attempt in (
        lambda: create_template(viewer=viewer, fields={**FIELDS, "name": "Mine"}),
        lambda: change_template(**words, changes={"subject": "Mine"}),
        lambda: restore_template(**words, number=1),
        lambda: delete_template(**words),
    ):
        with pytest.raises(PermissionDenied):
            attempt()

    template.refresh_from_db()
    assert (template.subject, numbers(template)) == ("Your refund", [1])


def test_missing_template_is_not_found(leader_viewer: Viewer) -> None:
    with pytest.raises(NotFound):
        change_template(viewer=leader_viewer, template_id=uuid4(), changes={})


@pytest.mark.parametrize(
    "changes", [{"body_html": "<p>{{agent_name}}</p>"}, {"name": "New", "subject": "{{nonsense}}"}]
)
def test_automatic_reply_stays_one_that_can_always_be_sent(
    leader_viewer: Viewer, mailbox: Mailbox, changes: dict[str, str]
) -> None:
    template = made(leader_viewer)
    Mailbox.objects.filter(id=mailbox.id).update(auto_reply="always", auto_reply_template=template)

    with pytest.raises(ValidationFailed) as refused:
        change_template(viewer=leader_viewer, template_id=template.id, changes=changes)
    with pytest.raises(ValidationFailed):
        made(leader_viewer, language="fi", body_html="<p>{{customer_first_name}}</p>")

    assert set(refused.value.errors) == set(changes) - {"name"}
    assert EmailTemplate.objects.get(id=template.id).body_html == FIELDS["body_html"]


def test_template_that_nobody_answers_with_may_name_anything(leader_viewer: Viewer, mailbox: Mailbox) -> None:
    template = made(leader_viewer)
    Mailbox.objects.filter(id=mailbox.id).update(auto_reply="never", auto_reply_template=template)

    change_template(viewer=leader_viewer, template_id=template.id, changes={"body_html": "<p>{{order_number}}</p>"})

    assert EmailTemplate.objects.get(id=template.id).body_html == "<p>{{order_number}}</p>"
