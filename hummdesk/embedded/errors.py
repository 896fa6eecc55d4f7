"""What may keep HummDesk from starting."""


class StartError(Exception):
    """Something keeps HummDesk from starting; the message is one sentence that says what to do."""
