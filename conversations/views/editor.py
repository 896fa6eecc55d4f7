"""What the editor's menus offer: whom to mention, macros and variables."""

from uuid import UUID

from django.http import JsonResponse
from django.views.decorators.http import require_GET

from accounts.decorators import MemberRequest, member_required
from accounts.permissions import Permission
from conversations.access import get_conversation_for
from conversations.models import Macro
from conversations.queries.macros import macros_by_use, texts_in, variable_values
from conversations.queries.sharing import get_shared
from conversations.views.shapes import macros as shapes
from conversations.views.shapes.candidates import candidates
from teams.access import viewer_of
from teams.queries import active_agents, names_by_id, teams_by_name


@member_required
@require_GET
def mention_candidates(request: MemberRequest) -> JsonResponse:
    """Answer with the agents and teams that a note can mention."""
    viewer_of(request.membership).require(Permission.REPLY)
    return _private({"candidates": candidates(active_agents(), teams_by_name())})


@member_required
@require_GET
def conversation_macros(request: MemberRequest, display_id: int) -> JsonResponse:
    """Answer with the macros that the reader may use, and the variables with their values in a conversation."""
    viewer = viewer_of(request.membership)
    conversation = get_conversation_for(viewer, display_id, need=Permission.REPLY)
    macros = shapes.menu_macros(macros_by_use(viewer), conversation)
    variables = shapes.menu_variables(variable_values(conversation, viewer))
    return _private({"macros": macros, "variables": variables})


@member_required
@require_GET
def conversation_macro(request: MemberRequest, display_id: int, id: UUID) -> JsonResponse:
    """Answer with what a macro writes in a conversation, and what it changes besides; nothing happens."""
    viewer = viewer_of(request.membership)
    macro = get_shared(viewer, Macro, id)
    conversation = get_conversation_for(viewer, display_id, need=Permission.REPLY)
    return _private(shapes.inserted(macro, texts_in(macro, conversation, viewer), viewer, names_by_id()))


def _private(data: dict[str, object]) -> JsonResponse:
    response = JsonResponse(data)
    response["Cache-Control"] = "no-store"
    return response
