"""What conversations are about, and who can deal with it."""

import uuid7
from django.db import models
from django.db.models import Q

from teams.models import Skill, Team


class Category(models.Model):
    """A topic that the account sorts by, such as returns or billing; `team` serves it."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(max_length=60, unique=True)
    version = models.PositiveIntegerField(default=1)
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="categories")

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name


class CategorySkill(models.Model):
    """A skill that whoever is routed a conversation of the category must have, at this level or above."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, on_delete=models.CASCADE, related_name="+")
    min_level = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["category", "skill"], name="one_level_per_category_skill"),
            models.CheckConstraint(condition=Q(min_level__gte=1, min_level__lte=5), name="min_level_is_1_to_5"),
        ]

    def __str__(self) -> str:
        return f"{self.category_id} {self.skill_id}: {self.min_level}"
