"""What keeps figures; nothing else of the account is changed here."""
