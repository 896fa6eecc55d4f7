"""An account's host: agent pages, its API, its sign-in."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    # First, since what programs call is called most, and to look through the pages takes a while.
    path("api/", include("hummdesk.api.urls")),
    path("", include("conversations.urls")),
    path("", include("email_channel.urls")),
    path("", include("analytics.urls")),
    path("", include("ai.urls")),
    path("account/", include("accounts.urls")),
]
handler400 = "hummdesk.problems.bad_request"
handler403 = "hummdesk.problems.forbidden"
handler404 = "hummdesk.problems.not_found"
handler500 = "hummdesk.problems.server_error"
