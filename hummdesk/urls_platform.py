"""The platform's host: sign-in, choosing an account, operators' pages, and the API by token."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
handler400 = "hummdesk.problems.bad_request"
handler403 = "hummdesk.problems.forbidden"
handler404 = "hummdesk.problems.not_found"
handler500 = "hummdesk.problems.server_error"
