"""The one way to addresses that people outside wrote down: webhooks, pages to import, pictures to show.

Raw `httpx` or `urllib` towards such an address is a hole: it follows names and redirects into our own network.
"""

from hummdesk.egress.client import OutsideAnswer, OutsideFailure, call_outside
from hummdesk.egress.targets import Target, TargetRefused, target_of

__all__ = ["OutsideAnswer", "OutsideFailure", "Target", "TargetRefused", "call_outside", "target_of"]
