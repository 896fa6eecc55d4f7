"""What runs by the clock, in seconds or at a time (UTC): platform tasks, most fan out to accounts with work."""

from typing import Any

from celery.schedules import crontab

BEAT_SCHEDULE: dict[str, dict[str, Any]] = {
    "events-sweep": {
        "task": "hummdesk.events.tasks.sweep_events",
        "schedule": 10.0,
        "options": {"expires": 30},
    },
    "unattended-sweep": {
        "task": "conversations.tasks.sweep_unattended",
        "schedule": 10.0,
        "options": {"expires": 30},
    },
    "mail-sweep": {
        "task": "email_channel.tasks.sweep_mail",
        "schedule": 10.0,
        "options": {"expires": 30},
    },
    "system-mail": {
        "task": "email_channel.provider.tasks.sweep_system_mail",
        "schedule": 10.0,
        "options": {"expires": 30},
    },
    "silent-mail": {
        "task": "email_channel.tasks.sweep_silent_mail",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "provider-events": {
        "task": "email_channel.provider.tasks.heed_provider_events",
        "schedule": 10.0,
        "options": {"expires": 30},
    },
    "received-mail": {
        "task": "email_channel.provider.tasks.fetch_received_mail",
        "schedule": 10.0,
        "options": {"expires": 30},
    },
    "received-mail-list": {
        "task": "email_channel.provider.tasks.reconcile_received_mail",
        "schedule": 300.0,
        "options": {"expires": 300},
    },
    "provider-events-purge": {
        "task": "email_channel.provider.tasks.purge_provider_events",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "replies-release": {
        "task": "conversations.tasks.sweep_held_replies",
        "schedule": 10.0,
        "options": {"expires": 30},
    },
    "snoozed-wake": {
        "task": "conversations.tasks.wake_snoozed",
        "schedule": 20.0,
        "options": {"expires": 30},
    },
    "promises-watch": {
        "task": "conversations.tasks.watch_promises",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "queues-sweep": {
        "task": "conversations.tasks.sweep_queues",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "notification-mail": {
        "task": "conversations.tasks.watch_unread_notifications",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "rule-timers": {
        "task": "conversations.tasks.sweep_rule_timers",
        "schedule": 30.0,
        "options": {"expires": 30},
    },
    "rules-purge": {
        "task": "conversations.tasks.purge_rules",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "webhooks-sweep": {
        "task": "conversations.tasks.sweep_webhooks",
        "schedule": 10.0,
        "options": {"expires": 30},
    },
    "webhooks-purge": {
        "task": "conversations.tasks.purge_webhooks",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "uploads-purge": {
        "task": "conversations.tasks.purge_uploads",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "presence-watch": {
        "task": "teams.tasks.watch_presence",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "loads-reconcile": {
        "task": "conversations.tasks.reconcile_all_loads",
        "schedule": crontab(hour="3", minute="17"),
        "options": {"expires": 3600},
    },
    "chunks-sweep": {
        "task": "ai.tasks.sweep_chunks",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "worker-heartbeat": {
        "task": "hummdesk.health.beat_heart",
        "schedule": 10.0,
        "options": {"expires": 30},
    },
    "tokens-purge": {"task": "accounts.tasks.purge_expired", "schedule": 3600.0, "options": {"expires": 3600}},
    "surveys": {
        "task": "analytics.tasks.sweep_surveys",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "scores": {
        "task": "analytics.tasks.age_scores",
        "schedule": crontab(hour="3", minute="41"),
        "options": {"expires": 3600},
    },
    "usage-rollup": {
        "task": "analytics.tasks.roll_up_usage",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
}
