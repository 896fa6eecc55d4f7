"""Any bytes handed in end as a message that an agent sees, or are known as a copy of one."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations.models import Message
from email_channel.actions.store_mail import store_mail
from email_channel.actions.take_in_mail import take_in_mail
from email_channel.enums import IntakeState, MailSource, Outcome
from email_channel.errors import EmptyMail
from email_channel.models import IncomingMail, Mailbox
from tests.email_channel.parsing.test_fuzz import mails

VISIBLE = {Outcome.CREATED, Outcome.APPENDED, Outcome.DUPLICATE, Outcome.QUARANTINED}


@pytest.mark.timeout(300)
@settings(max_examples=80, deadline=15_000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(raw=mails() | st.binary(max_size=300))
def test_any_bytes_end_as_a_message(mailbox: Mailbox, raw: bytes) -> None:
    try:
        stored = store_mail(mailbox_id=mailbox.id, raw=raw, source=MailSource.FILE, defer=False)
    except EmptyMail:
        assert not raw.strip()
        return

    taken_in = take_in_mail(stored.id)

    assert taken_in is not None
    assert IncomingMail.objects.get(id=stored.id).state == IntakeState.DONE
    # Bounces are the only mail that opens nothing: the list of incoming mail shows them.
    assert taken_in.outcome in VISIBLE or (taken_in.outcome, taken_in.reason) in {
        (Outcome.SUPPRESSED, "bounce"),
        (Outcome.SUPPRESSED, "complaint"),
    }
    if taken_in.outcome in VISIBLE:
        assert taken_in.message_id is not None
        assert Message.objects.filter(id=taken_in.message_id).exists()
