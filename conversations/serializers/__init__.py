"""Conversations as the API reads and shows them."""
