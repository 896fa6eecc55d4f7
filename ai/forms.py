"""What the pages of knowledge send."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from ai.actions.save_article import BODY_CHARS
from ai.enums import ArticleStatus, Visibility
from ai.models.article import CATEGORY_CHARS, TITLE_CHARS


class ArticleForm(forms.Form):
    """An article, its text as Markdown or, where it was written so, as HTML; `version` is the one that was changed."""

    title = forms.CharField(label=_("Title"), max_length=TITLE_CHARS)
    body = forms.CharField(
        label=_("Text"),
        max_length=BODY_CHARS,
        widget=forms.Textarea(attrs={"rows": 18}),
        help_text=_("# begins a heading, - a list; **bold**, [link](https://…)."),
    )
    status = forms.ChoiceField(label=_("Status"), choices=ArticleStatus)
    visibility = forms.ChoiceField(label=_("Who may read it"), choices=Visibility)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    category = forms.CharField(label=_("Category"), max_length=CATEGORY_CHARS, required=False)
    tags = forms.CharField(label=_("Tags"), max_length=1_000, required=False, help_text=_("Parted by commas."))
    review_on = forms.DateField(
        label=_("Review on"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, is_html: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.body_name = "body_html" if is_html else "body_markdown"
        if is_html:
            self.fields["body"].label = _("HTML")
            self.fields["body"].help_text = ""

    @property
    def changes(self) -> dict[str, Any]:
        """What the article is to be, without the version."""
        cleaned = dict(self.cleaned_data)
        cleaned.pop("version")
        return {
            **cleaned,
            self.body_name: cleaned.pop("body"),
            "tags": [tag.strip() for tag in cleaned["tags"].split(",") if tag.strip()],
        }


class ImportForm(forms.Form):
    """A file of articles."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("A ZIP of Markdown or HTML files, one such file, or a CSV with the columns title and body."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    status = forms.ChoiceField(label=_("Status"), choices=ArticleStatus)
    visibility = forms.ChoiceField(label=_("Who may read it"), choices=Visibility)
