"""A conversation: what one contact and the account's agents say to each other about one thing."""

import uuid7
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Upper
from django.utils import timezone

from conversations.enums import FINISHED, IN_HAND, UNFINISHED, Channel, Folder, MessageKind, Priority, Status
from conversations.models.category import Category
from conversations.models.contact import Contact
from hummdesk.compiled import OftenInserted
from teams.models import Agent, SlaPolicy, Team

DISPLAY_ID_SEQUENCE = "conversations_display_id"
# What lists show unless asked for another folder.
IN_INBOX = Q(folder=Folder.INBOX, merged_into=None)


class Tag(models.Model):
    """A word that agents sort conversations by."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    name = models.CharField(max_length=50, unique=True)

    class Meta:
        ordering = ["name"]
        # As `iexact` asks for it.
        constraints = [models.UniqueConstraint(Upper("name"), name="one_tag_in_any_case")]

    def __str__(self) -> str:
        return self.name


class Conversation(OftenInserted):
    """One row of the inbox; what the list shows is kept on it, so that a list reads no message.

    `waiting_since`: since when the customer waits for a person, None when the last word is ours.
    `last_message_*` and `preview` follow the newest message that is not a system line.
    `snoozed_until` None while snoozed: until the customer writes. `merged_into`: its messages are there now.
    `sla_due_at` is the next promise that is still to be kept; `sla_breached_at` the first that was not.
    """

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    display_id = models.PositiveIntegerField(
        unique=True,
        editable=False,
        db_default=Func(Value(DISPLAY_ID_SEQUENCE), function="nextval"),
    )
    subject = models.CharField(max_length=300, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    priority = models.CharField(max_length=8, choices=Priority, default=Priority.NORMAL)
    priority_rank = models.GeneratedField(
        expression=Case(
            *(When(priority=priority, then=Value(rank)) for rank, priority in enumerate(Priority.values)),
            default=Value(0),
        ),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )
    folder = models.CharField(max_length=5, choices=Folder, default=Folder.INBOX)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.EMAIL)
    # Without indexes of their own where one of Meta's begins with the column, or nothing asks for it.
    category = models.ForeignKey(
        Category, on_delete=models.SET_NULL, null=True, blank=True, db_index=False, related_name="+"
    )
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, db_index=False, related_name="conversations")
    assignee = models.ForeignKey(
        Agent,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="conversations",
    )
    team = models.ForeignKey(
        Team,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        db_index=False,
        related_name="conversations",
    )
    # A mailbox of email_channel, which this app may not import; None for conversations without one.
    mailbox_id = models.UUIDField(null=True, blank=True)
    tags = models.ManyToManyField(Tag, through="ConversationTag", related_name="conversations")
    language = models.CharField(max_length=8, blank=True)
    custom_fields = models.JSONField(default=dict, blank=True)

    message_count = models.PositiveIntegerField(default=0)
    preview = models.CharField(max_length=200, blank=True)
    last_message_id = models.UUIDField(null=True, blank=True)
    last_message_kind = models.CharField(max_length=10, choices=MessageKind, blank=True)
    last_message_agent = models.ForeignKey(
        Agent, on_delete=models.SET_NULL, null=True, blank=True, db_index=False, related_name="+"
    )
    last_message_at = models.DateTimeField(null=True, blank=True)
    last_activity_at = models.DateTimeField(default=timezone.now)
    waiting_since = models.DateTimeField(null=True, blank=True)
    first_replied_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    sla_policy = models.ForeignKey(
        SlaPolicy, on_delete=models.SET_NULL, null=True, blank=True, db_index=False, related_name="+"
    )
    # Set by hand or by a rule, and so not chosen anew when team, priority or company change.
    sla_policy_is_set = models.BooleanField(default=False)
    first_response_due_at = models.DateTimeField(null=True, blank=True)
    resolution_due_at = models.DateTimeField(null=True, blank=True)
    sla_due_at = models.DateTimeField(null=True, blank=True)
    sla_breached_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status=Status.SNOOZED) | Q(snoozed_until=None), name="only_snoozed_has_a_time"
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")), name="conversation_not_merged_into_itself"
            ),
            models.CheckConstraint(
                condition=Q(status__in=FINISHED, resolved_at__isnull=False)
                | (~Q(status__in=FINISHED) & Q(resolved_at=None)),
                name="finished_has_a_time",
            ),
        ]
        indexes = [
            # What the list orders by and filters by, one index each (docs/performance.md). In the first lie those
            # columns, too, by which rows may be few: it then finds them without the table, also an agent's own.
            models.Index(
                fields=["-last_activity_at", "-id"],
                condition=IN_INBOX,
                include=["status", "priority", "channel", "assignee", "team"],
                name="inbox_by_activity",
            ),
            models.Index(fields=["status", "-last_activity_at", "-id"], condition=IN_INBOX, name="inbox_by_status"),
            models.Index(
                fields=["assignee", "-last_activity_at", "-id"], condition=IN_INBOX, name="inbox_by_assignee"
            ),
            models.Index(fields=["team", "-last_activity_at", "-id"], condition=IN_INBOX, name="inbox_by_team"),
            models.Index(
                fields=["category", "-last_activity_at", "-id"], condition=IN_INBOX, name="inbox_by_category"
            ),
            models.Index(
                fields=["-priority_rank", "-last_activity_at", "-id"], condition=IN_INBOX, name="inbox_by_priority"
            ),
            models.Index(fields=["created_at", "id"], condition=IN_INBOX, name="inbox_by_creation"),
            models.Index(fields=["sla_due_at", "id"], condition=IN_INBOX, name="inbox_by_sla"),
            models.Index(fields=["updated_at"], condition=IN_INBOX, name="inbox_by_change"),
            models.Index(
                fields=["folder", "-last_activity_at", "-id"],
                condition=Q(folder__in=[Folder.SPAM, Folder.TRASH]),
                name="conversation_by_folder",
            ),
            models.Index(fields=["contact", "-last_activity_at", "-id"], name="conversation_by_contact"),
            # What an agent has answered last.
            models.Index(
                fields=["last_message_agent", "-last_activity_at", "-id"],
                condition=IN_INBOX & Q(last_message_kind=MessageKind.REPLY),
                name="inbox_by_sender",
            ),
            models.Index(
                fields=["-last_activity_at", "-id"],
                condition=IN_INBOX & Q(status__in=UNFINISHED),
                include=["status", "assignee", "team", "sla_due_at", "sla_breached_at"],
                name="inbox_unfinished",
            ),
            # What an agent has in hand: the load is counted after each change.
            models.Index(
                fields=["assignee"],
                condition=IN_INBOX & Q(status__in=IN_HAND, assignee__isnull=False),
                name="inbox_in_hand",
            ),
            # Who waits for an agent, in the order in which they get one.
            models.Index(
                fields=["team", "-priority_rank", "sla_due_at", "waiting_since", "id"],
                condition=IN_INBOX & Q(status=Status.OPEN, assignee=None, team__isnull=False),
                name="inbox_queue",
            ),
            # What the stats count, without the table. Equal entries are kept once, and come in the order of grouping.
            models.Index(
                fields=["status", "priority_rank", "team", "category", "assignee"],
                condition=IN_INBOX & Q(status__in=UNFINISHED),
                name="inbox_tallies",
            ),
            models.Index(
                fields=["first_replied_at"],
                condition=IN_INBOX & Q(first_replied_at__isnull=False),
                include=["created_at", "assignee", "team"],
                name="inbox_first_replies",
            ),
            models.Index(
                fields=["resolved_at"],
                condition=IN_INBOX & Q(resolved_at__isnull=False),
                include=["created_at", "assignee", "team"],
                name="inbox_resolutions",
            ),
            models.Index(
                fields=["snoozed_until"],
                condition=Q(status=Status.SNOOZED),
                name="conversation_to_wake",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.display_id}"

    @property
    def is_finished(self) -> bool:
        """Whether it is resolved or closed."""
        return self.status in FINISHED


class ConversationTag(models.Model):
    """A tag on a conversation."""

    id = models.BigAutoField(primary_key=True)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, db_index=False, related_name="+")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, db_index=False, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "tag"], name="one_tag_once")]
        indexes = [models.Index(fields=["tag", "conversation"], name="conversations_by_tag")]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.tag_id}"


class ConversationRead(models.Model):
    """Up to when an agent has read a conversation: unread is whatever the customer wrote after it."""

    id = models.BigAutoField(primary_key=True)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="reads")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, db_index=False, related_name="+")
    read_until = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "conversation"], name="one_read_mark")]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.conversation_id}"


class ConversationFollow(models.Model):
    """An agent who wants to hear of what happens in a conversation."""

    id = models.BigAutoField(primary_key=True)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="follows")
    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "agent"], name="one_follow_each")]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.conversation_id}"
