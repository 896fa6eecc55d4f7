"""The account's host with what the assistant will answer: suggestions, drafts, articles, each as the contract says.

What a test writes in front of "/" chooses the answer, so that no test needs to reach into this process.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.http import require_POST

FIRST = "No need to be home, the driver can leave them by your door."
SECOND = "Could you send me the order number?"
asked: list[dict[str, Any]] = []


@require_POST
async def autocomplete(request: HttpRequest) -> HttpResponseBase:
    question = json.loads(request.body)
    asked.append(question)
    before = question["text_before"]
    if "nobody" in before:
        return JsonResponse({"code": "unavailable"}, status=503)
    if "slowly" in before:
        await asyncio.sleep(0.6)
    if "whole" in before or request.GET.get("stream") != "1":
        return JsonResponse({"suggestions": [{"text": FIRST, "confidence": 0.9}, {"text": SECOND, "confidence": 0.5}]})
    only = "than" in before
    return StreamingHttpResponse(_stream(only_thanks=only), content_type="text/event-stream")


async def _stream(*, only_thanks: bool) -> AsyncIterator[str]:
    texts = ["Thanks for your patience."] if only_thanks else [FIRST, SECOND]
    for index, text in enumerate(texts):
        for word in text.split(" "):
            piece = word if word == text.split(" ")[0] else f" {word}"
            yield f"event: suggestion\ndata: {json.dumps({'index': index, 'text': piece})}\n\n"
            await asyncio.sleep(0.01)
    yield "event: done\ndata: {}\n\n"


def questions(_request: HttpRequest) -> HttpResponse:
    return JsonResponse(asked, safe=False)


@require_POST
def draft_decision(request: HttpRequest, draft_id: str, verb: str) -> HttpResponse:
    asked.append({"draft_id": draft_id, "verb": verb, **json.loads(request.body)})
    return (
        JsonResponse({"code": "unavailable"}, status=503) if draft_id == "broken" else JsonResponse({"id": draft_id})
    )


@require_POST
def articles(request: HttpRequest) -> HttpResponse:
    if "nothing" in json.loads(request.body)["query"]:
        return JsonResponse({"code": "not_found"}, status=404)
    result = {
        "article_id": "a1",
        "title": "Returning goods",
        "snippet": "Send it back within <b>30 days</b>.",
        "url": "/help/returning-goods",
    }
    return JsonResponse({"results": [result], "took_ms": 1})


urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/ai/autocomplete", autocomplete),
    path("api/v1/ai/drafts/<str:draft_id>/<str:verb>", draft_decision),
    path("api/v1/knowledge-base/search", articles),
    path("test/questions", questions),
    path("", include("hummdesk.urls")),
]
handler400 = "hummdesk.problems.bad_request"
handler403 = "hummdesk.problems.forbidden"
handler404 = "hummdesk.problems.not_found"
handler500 = "hummdesk.problems.server_error"
