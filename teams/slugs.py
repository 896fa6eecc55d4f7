"""Words for addresses that are made of names."""

from itertools import count

from django.db.models import Model
from django.utils.text import slugify

# Shorter than the columns, so that a number fits behind.
_MAX_LENGTH = 50


def free_slug(model: type[Model], name: str) -> str:
    """Return a slug made of the name that no row of the model has now. One query.

    Of two who take the same one at once the database refuses the second.
    """
    base = slugify(name)[:_MAX_LENGTH] or model._meta.model_name or ""
    taken = set(model._default_manager.filter(slug__startswith=base).values_list("slug", flat=True))
    numbered = (base if number == 1 else f"{base}-{number}" for number in count(1))
    return next(slug for slug in numbered if slug not in taken)
