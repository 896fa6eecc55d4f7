"""The mail catcher's pages, on the platform's host."""

from django.urls import path

from email_channel.views import catcher

urlpatterns = [
    path("", catcher.catcher_list, name="catcher-list"),
    path("<str:folder>/<str:name>", catcher.catcher_message, name="catcher-message"),
    path("<str:folder>/<str:name>/html", catcher.catcher_html, name="catcher-html"),
    path("<str:folder>/<str:name>/raw", catcher.catcher_raw, name="catcher-raw"),
    path("<str:folder>/<str:name>/attachments/<int:number>", catcher.catcher_attachment, name="catcher-attachment"),
]
