from accounts.models import User
from analytics.actions.answer_survey import answer_survey
from analytics.models import Survey
from conversations.models import Conversation
from email_channel.enums import Rating
from tests.factories import make_conversation
from tests.fixtures.cast import ClientOf

HTMX = {"HX-Request": "true"}


def panel(client_of: ClientOf, user: User, conversation: Conversation) -> str:
    answer = client_of(user).get(f"/conversations/{conversation.display_id}/csat", headers=HTMX)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_answer_stands_beside_the_conversation_and_in_its_thread(
    client_of: ClientOf, admin: User, survey: Survey, token: str
) -> None:
    assert "Asked, no answer yet" in panel(client_of, admin, survey.conversation)

    answer_survey(token=token, rating=Rating.BAD, comment="Too <slow>")

    shown = panel(client_of, admin, survey.conversation)
    assert "2 of 5: Bad" in shown
    assert "Too &lt;slow&gt;" in shown
    thread = client_of(admin).get(f"/conversations/{survey.conversation.display_id}").content.decode()
    assert "The customer was asked how they were helped" in thread
    assert "The customer rated our help <b>2</b> of 5" in thread
    history = client_of(admin).get(f"/conversations/{survey.conversation.display_id}/history").content.decode()
    assert "Customer rated our help" in history
    assert "Customer asked for a rating" in history


def test_reason_is_told_where_nobody_asked(client_of: ClientOf, admin: User, survey: Survey) -> None:
    Survey.objects.update(sent_at=None, left_out_reason="asked_lately")

    assert "Not asked: the customer was asked lately" in panel(client_of, admin, survey.conversation)


def test_conversation_without_surveys_shows_nothing(client_of: ClientOf, admin: User) -> None:
    assert "data-nothing" in panel(client_of, admin, make_conversation())
