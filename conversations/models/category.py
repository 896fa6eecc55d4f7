"""What conversations are about."""

import uuid7
from django.db import models


class Category(models.Model):
    """A topic that the account sorts by, such as returns or billing."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(max_length=60, unique=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name
