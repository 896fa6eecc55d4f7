"""The API of conversations, under /api/v1/."""
