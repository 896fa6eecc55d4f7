"""Mail texts that the account sends again and again."""

import uuid7
from django.db import models

from email_channel.templating import TemplateParts


class EmailTemplate(models.Model):
    """A mail text in one language, in Liquid; `{{variable}}` marks what is filled in (`email_channel.templating`)."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    name = models.CharField(max_length=80)
    language = models.CharField(max_length=8, default="en")
    subject = models.CharField(max_length=300)
    body_html = models.TextField()
    body_text = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name", "language"]
        constraints = [models.UniqueConstraint(fields=["name", "language"], name="one_template_per_language")]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"

    @property
    def parts(self) -> TemplateParts:
        """What the template says."""
        return TemplateParts(self.subject, self.body_html, self.body_text)


class EmailTemplateVersion(models.Model):
    """What a template said from `created_at` on; the newest one equals the template."""

    id = models.UUIDField(primary_key=True, default=uuid7.create, editable=False)
    template = models.ForeignKey(EmailTemplate, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    subject = models.CharField(max_length=300)
    body_html = models.TextField()
    body_text = models.TextField(blank=True)
    author_name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["template", "number"], name="each_version_once")]

    def __str__(self) -> str:
        return f"{self.template_id} {self.number}"
