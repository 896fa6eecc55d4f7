"""What reacts to which event: the one table.

`TOGETHER`: functions that run inside the publishing transaction, with the event's fields and `actor` by name.
`WITH_LOG`: functions that get the logged rows, in `seq` order, inside the transaction that writes them and under the
log's lock; they return the names of account tasks without arguments that are queued after the commit.
`RULE_VALUES`: functions by which apps add to what automation rules may ask about: of `conversation_id` and `at`, the
values by field.
`RULE_NAMES`: by the type of a row that rules may name, the function by which its app names all of them: (id, name).
`TASKS`: Celery tasks queued after the commit, with the event's fields by name and `event_seq`.
`ATTENDED`: events that the task `ATTEND` looks at, many at once: their rows say that they wait for it (`attend_at`),
and one hint serves all of them.
`ONLY_IF`: the field of an event without which a task is not queued.
`RIGHTS_CHANGE`: events after which every socket of the account looks at its agent's rights again.
`LIVE_TYPES`: the type of the nudge that live clients get (API.md "Live updates").
"""

TOGETHER: dict[str, tuple[str, ...]] = {
    "AccountCreated": (
        "teams.actions.provision.provision_teams",
        "conversations.actions.provision.provision_categories",
        "email_channel.actions.provision.provision_mail",
    ),
    "MemberAdded": ("teams.actions.agents.make_agent",),
    "ConversationStatusChanged": ("analytics.actions.plan_survey.plan_survey",),
    "MemberRenamed": ("teams.actions.agents.make_agent",),
    "ReplySent": ("email_channel.actions.queue_reply.queue_reply",),
    "MessageReceived": ("conversations.actions.index_message.index_message",),
    "ReplyWritten": ("conversations.actions.index_message.index_message",),
    "NoteAdded": ("conversations.actions.index_message.index_message",),
    "MessageEdited": ("conversations.actions.index_message.index_message",),
    "MessageReread": ("conversations.actions.index_message.index_message",),
    "MessageDeleted": ("conversations.actions.index_message.forget_message",),
    "ConversationMerged": (
        "conversations.actions.index_message.index_merge",
        "email_channel.actions.follow_messages.follow_merge",
    ),
    "ConversationUnmerged": (
        "conversations.actions.index_message.index_return",
        "email_channel.actions.follow_messages.follow_return",
    ),
    "MessagesSplit": (
        "conversations.actions.index_message.index_split",
        "email_channel.actions.follow_messages.follow_split",
    ),
    "SplitUndone": (
        "conversations.actions.index_message.index_return",
        "email_channel.actions.follow_messages.follow_return",
    ),
    "ContactChanged": ("email_channel.actions.forget_participant.forget_participant",),
    "MemberRemoved": ("conversations.actions.rule_uses.refuse_used_agent", "teams.actions.agents.retire_agent"),
    "AutomationRuleSaved": ("email_channel.actions.check_rule_mentions.check_rule_mentions",),
    "AgentRetired": ("conversations.actions.release_work.release_agent_work",),
    "TeamAdded": ("conversations.actions.save_category.serve_categories",),
    "TeamChanged": ("conversations.actions.save_category.serve_categories",),
    "TeamDeleted": (
        "conversations.actions.rule_uses.refuse_used_team",
        "conversations.actions.release_work.move_team_work",
        "email_channel.actions.move_mailboxes.move_mailboxes",
    ),
    "DemoFilled": ("analytics.actions.make_demo_surveys.make_demo_surveys",),
    "SkillChanged": ("conversations.actions.save_category.keep_needed_skill",),
}

WITH_LOG: tuple[str, ...] = (
    "conversations.actions.recount_loads.recount_loads",
    "conversations.actions.queue_webhooks.queue_webhooks",
)

RULE_VALUES: tuple[str, ...] = ("ai.queries.classification.classified_values",)

RULE_NAMES: dict[str, str] = {
    "mailbox": "email_channel.queries.rules.mailbox_names",
    "template": "email_channel.queries.rules.template_names",
}

ATTEND = "conversations.tasks.attend"
_DRAIN = "conversations.tasks.drain_queues"

TASKS: dict[str, tuple[str, ...]] = {
    "ReplyWritten": ("conversations.tasks.await_release", "conversations.tasks.notify_agents"),
    "AttachmentUploaded": ("conversations.tasks.make_upload_thumbnail",),
    "MessageReceived": ("conversations.tasks.make_message_thumbnails", "conversations.tasks.notify_agents"),
    "MessageReread": ("conversations.tasks.make_message_thumbnails",),
    "ReplySent": ("analytics.tasks.measure_first_response", "conversations.tasks.notify_agents"),
    "ConversationSubjectChanged": ("conversations.tasks.index_conversations",),
    "ConversationTagsChanged": ("conversations.tasks.index_conversations",),
    "ConversationMerged": ("conversations.tasks.index_conversations",),
    "ConversationUnmerged": ("conversations.tasks.index_conversations",),
    "MessagesSplit": ("conversations.tasks.index_conversations",),
    "SplitUndone": ("conversations.tasks.index_conversations",),
    "AgentStatusChanged": (_DRAIN,),
    "AgentChanged": (_DRAIN,),
    "AgentRetired": (_DRAIN,),
    "CategoryChanged": (_DRAIN,),
    "TeamChanged": (_DRAIN, "conversations.tasks.promise_team"),
    "TeamJoined": (_DRAIN,),
    "TagChanged": ("conversations.tasks.index_tag",),
    "ContactChanged": ("conversations.tasks.index_contacts", "conversations.tasks.promise_contacts"),
    "ContactMerged": ("conversations.tasks.index_contacts", "conversations.tasks.promise_contacts"),
    "ContactUnmerged": ("conversations.tasks.index_contacts", "conversations.tasks.promise_contacts"),
    "HoursChanged": ("conversations.tasks.apply_promises",),
    "SlaPolicyChanged": ("conversations.tasks.apply_promises",),
    "ConversationAssigned": ("conversations.tasks.notify_agents",),
    "NoteAdded": ("conversations.tasks.notify_agents",),
    "MessageEdited": ("conversations.tasks.notify_agents",),
    "SlaWarned": ("conversations.tasks.notify_agents",),
    "SlaBreached": ("conversations.tasks.notify_agents",),
    "CsatAnswered": ("conversations.tasks.notify_agents",),
    "WebhookDisabled": ("conversations.tasks.notify_agents",),
    "MailStored": ("email_channel.tasks.take_in_mail",),
    "MailQueued": ("email_channel.tasks.deliver_mail",),
    "NotificationMailDue": ("email_channel.tasks.mail_notifications",),
    "AutoReplyAsked": ("email_channel.tasks.answer_automatically",),
    "AutomationRuleSaved": ("conversations.tasks.give_rule_timers",),
    "RuleBacktestAsked": ("conversations.tasks.backtest_rule",),
    "RuleApplied": ("conversations.tasks.notify_agents",),
    "TemplateReplyAsked": ("email_channel.tasks.reply_by_template",),
    "ArticleChanged": ("ai.tasks.embed_chunks",),
}

ATTENDED = frozenset(
    {
        "ConversationOpened",
        "MessageReceived",
        "MessageReread",
        "MessageDeleted",
        "ReplySent",
        "ConversationStatusChanged",
        "ConversationPriorityChanged",
        "ConversationCategoryChanged",
        "ConversationTeamChanged",
        "ConversationFieldsChanged",
        "ConversationFolderChanged",
        "ConversationTagsChanged",
        "ConversationMerged",
        "ConversationAbsorbed",
        "ConversationReleased",
        "ConversationUnmerged",
        "MessagesSplit",
        "SplitUndone",
        "ConversationAssigned",
        "NoteAdded",
        "SlaPolicySet",
        "SlaWarned",
        "SlaBreached",
    }
)

# Each task costs more than most of them do: these are queued only if that field of the event is true.
ONLY_IF: dict[tuple[str, str], str] = {
    ("MessageReceived", "conversations.tasks.make_message_thumbnails"): "has_files",
    ("MessageReceived", "conversations.tasks.notify_agents"): "is_followed",
    # The first message of a conversation is attended to with its ConversationOpened.
    ("MessageReceived", ATTEND): "is_later",
    ("AutomationRuleSaved", "conversations.tasks.give_rule_timers"): "gives_timers",
    ("RuleApplied", "conversations.tasks.notify_agents"): "agent_ids",
    ("CsatAnswered", "conversations.tasks.notify_agents"): "is_low",
}

RIGHTS_CHANGE = frozenset({"MemberRemoved", "MemberRoleChanged", "AccountChanged"})

LIVE_TYPES: dict[str, str] = {
    "MessageReceived": "message.created",
    "ReplyWritten": "message.created",
    "ReplySent": "message.updated",
    "AutoReplySent": "message.created",
    "CsatAsked": "message.created",
    "CsatAnswered": "conversation.updated",
    "NoteAdded": "message.created",
    "DeliveryChanged": "message.updated",
    "MessageEdited": "message.updated",
    "MessageReread": "message.updated",
    "MessageDeleted": "message.deleted",
    "JoinQuestionChanged": "message.updated",
    "AttachmentThumbnailMade": "message.updated",
    "ConversationOpened": "conversation.updated",
    "ConversationTakenBack": "conversation.updated",
    "ConversationStatusChanged": "conversation.updated",
    "ConversationPriorityChanged": "conversation.updated",
    "ConversationCategoryChanged": "conversation.updated",
    "ConversationSubjectChanged": "conversation.updated",
    "ConversationTagsChanged": "conversation.updated",
    "ConversationFieldsChanged": "conversation.updated",
    "ConversationFolderChanged": "conversation.updated",
    "ConversationMerged": "conversation.updated",
    "ConversationAbsorbed": "conversation.updated",
    "ConversationReleased": "conversation.updated",
    "ConversationUnmerged": "conversation.updated",
    "MessagesSplit": "conversation.updated",
    "SplitUndone": "conversation.updated",
    "SlaPolicySet": "conversation.updated",
    "PromisesChanged": "conversation.updated",
    "SlaWarned": "conversation.updated",
    "SlaBreached": "conversation.updated",
    "ConversationAssigned": "conversation.assigned",
    "ConversationTeamChanged": "conversation.assigned",
    "ConversationSeen": "conversation.read",
    "NotificationAdded": "notification",
    "AgentStatusChanged": "agent.updated",
    "AgentChanged": "agent.updated",
}
