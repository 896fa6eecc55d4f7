"""Which account is in force: host, token, socket or task header → database schema."""
