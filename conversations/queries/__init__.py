"""Which conversations, messages and contacts there are; each file holds what one kind of caller asks."""
