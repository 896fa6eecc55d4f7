"""Articles come from files: new ones are written, those of an earlier import changed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from accounts.permissions import Permission
from ai.actions.save_article import change_article, create_article
from ai.article_files import ArticleFile
from ai.queries.articles import article_with_source
from hummdesk.errors import ValidationFailed
from teams.access import Viewer


@dataclass
class ImportOutcome:
    """How many articles are new, changed, or the same; and of each file that was refused, why."""

    created_count: int = 0
    changed_count: int = 0
    same_count: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)


def import_articles(*, viewer: Viewer, files: list[ArticleFile], defaults: Mapping[str, Any]) -> ImportOutcome:
    """Each file is an article, in a transaction of its own, so that one that is refused keeps no other out.

    `defaults` (language, status, visibility) hold for new articles, where the file does not say. An article that is
    there already keeps its status and visibility. Raises: PermissionDenied. Publishes: ArticleChanged for each.
    """
    viewer.require(Permission.MANAGE_KNOWLEDGE)
    outcome = ImportOutcome()
    for file in files:
        try:
            with transaction.atomic():
                _import(viewer, file, defaults, outcome)
        except ValidationFailed as error:
            reasons = [text for texts in error.errors.values() for text in texts]
            outcome.refused.append((file.source, " ".join(reasons)))
    return outcome


def _import(viewer: Viewer, file: ArticleFile, defaults: Mapping[str, Any], outcome: ImportOutcome) -> None:
    language = file.fields.get("language") or defaults.get("language", "en")
    known = article_with_source(file.source, language)
    if known is None:
        create_article(viewer=viewer, fields={**defaults, **file.fields, "source": file.source, "language": language})
        outcome.created_count += 1
        return
    changed = change_article(viewer=viewer, article_id=known.id, changes=file.fields)
    if changed.updated_at == known.updated_at:
        outcome.same_count += 1
    else:
        outcome.changed_count += 1
