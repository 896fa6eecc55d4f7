"""The platform's host: sign-in, choosing an account, operators' pages, and the API by token."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("accounts.urls_platform")),
    path("account/", include("accounts.urls")),
    path("admin/", admin.site.urls),
    path("catcher/", include("email_channel.urls_platform")),
    path("api/", include("hummdesk.api.urls")),
]
handler400 = "hummdesk.problems.bad_request"
handler403 = "hummdesk.problems.forbidden"
handler404 = "hummdesk.problems.not_found"
handler500 = "hummdesk.problems.server_error"
