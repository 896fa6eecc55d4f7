"""An account's host: agent pages, its API, its sign-in."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("conversations.urls")),
    path("", include("email_channel.urls")),
    path("account/", include("accounts.urls")),
    path("api/", include("hummdesk.api.urls")),
]
handler400 = "hummdesk.problems.bad_request"
handler403 = "hummdesk.problems.forbidden"
handler404 = "hummdesk.problems.not_found"
handler500 = "hummdesk.problems.server_error"
