"""What messages are found by."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from conversations.models.conversation import Conversation
from conversations.models.message import Message


class SearchEntry(models.Model):
    """The words of one message, and of what stands around it; deleted messages and system lines have none.

    `vector` holds stems of the subject (weight A) and of the text without quotes (D), each by the dictionary of the
    message's language, and labels, which are looked up whole or by their beginning (`conversations.search_index`).
    `conversation` and `at` repeat the message's, so that the newest finds come from this table alone.
    """

    message = models.OneToOneField(Message, on_delete=models.CASCADE, primary_key=True, related_name="search_entry")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    vector = SearchVectorField()

    class Meta:
        verbose_name_plural = "search entries"
        indexes = [
            # Without the list of pending changes, which every search reads and an unlucky writer has to empty.
            GinIndex(fields=["vector"], name="search_by_word", fastupdate=False),
            models.Index(fields=["-at"], name="search_by_time"),
        ]

    def __str__(self) -> str:
        return str(self.message_id)
