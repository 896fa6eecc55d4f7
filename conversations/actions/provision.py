"""What a new account sorts its conversations by."""

from conversations.models import Category
from hummdesk.events.publishing import action

STARTING_CATEGORIES = {
    "question": "Question",
    "order": "Order",
    "delivery": "Delivery",
    "return": "Return",
    "billing": "Billing",
    "technical": "Technical problem",
    "complaint": "Complaint",
    "other": "Other",
}


@action
def provision_categories(**_rest: object) -> None:
    """The account has a first set of categories, to be changed as it likes."""
    Category.objects.bulk_create(Category(slug=slug, name=name) for slug, name in STARTING_CATEGORIES.items())
