"""The account's event log: audit timeline, live resume point, trigger and outbox in one table."""
