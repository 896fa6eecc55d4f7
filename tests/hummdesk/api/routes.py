"""Calls that show what every call of the API does."""

from typing import Any

import uuid7
from django.db import connection
from django.http import Http404
from django.urls import include, path, re_path
from rest_framework import serializers
from rest_framework.exceptions import Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from conversations.models import Contact, Conversation, ConversationTag, Tag
from hummdesk.api.serializers import InputSerializer, JSONObjectField
from hummdesk.api.unknown import unknown_call
from hummdesk.api.views import ApiView
from hummdesk.errors import Conflict

handler404 = "hummdesk.problems.not_found"


class ContactRow(serializers.ModelSerializer[Contact]):
    class Meta:
        model = Contact
        fields = ["id", "name", "created_at"]


class ConversationRow(serializers.ModelSerializer[Conversation]):
    class Meta:
        model = Conversation
        fields = ["id", "subject"]


class Inner(InputSerializer):
    email = serializers.EmailField()


class Body(InputSerializer):
    name = serializers.CharField(max_length=5)
    contact = Inner(required=False)
    extra = JSONObjectField(required=False)


class Contacts(ApiView):
    permission_classes = [AllowAny]
    orderings = {"-created_at": ["-created_at"], "name": ["name"], "company": ["company_id"]}

    def get(self, request: Request) -> Response:
        return self.page(Contact.objects.all(), ContactRow)


class Snoozed(ApiView):
    permission_classes = [AllowAny]
    orderings = {"snoozed_until": ["snoozed_until"], "-snoozed_until": ["-snoozed_until", "-priority"]}

    def get(self, request: Request) -> Response:
        return self.page(Conversation.objects.all(), ConversationRow)


class OneContact(ApiView):
    permission_classes = [AllowAny]

    def get(self, request: Request, id: Any) -> Response:
        return Response(ContactRow(Contact.objects.get(id=id)).data)


class Tags(ApiView):
    """Makes a tag of the name; `fail` then goes wrong in the way that it names."""

    permission_classes = [AllowAny]

    def post(self, request: Request) -> Response:
        fields = self.body(Body)
        tag = Tag.objects.create(name=fields["name"])
        match fields["name"]:
            case "boom":
                raise RuntimeError("a secret that nobody may see")
            case "stale":
                raise Conflict
            case "gone":
                ConversationTag.objects.create(tag=tag, conversation_id=uuid7.create())
                connection.check_constraints()
        return Response({"id": tag.pk}, status=201, headers={"Location": f"/tags/{tag.pk}"})


class Failing(ApiView):
    permission_classes = [AllowAny]

    def get(self, request: Request, how: str) -> Response:
        request._request.rate_limit = (10, 0, 1_800_000_000)  # type: ignore[attr-defined]
        raise {"missing": Http404("a row"), "throttled": Throttled(wait=2.2)}[how]


class MembersOnly(ApiView):
    def get(self, request: Request) -> Response:
        return Response({"user": request.user.pk})


calls = [
    path("contacts", Contacts.as_view()),
    path("contacts/<uuid:id>", OneContact.as_view()),
    path("snoozed", Snoozed.as_view()),
    path("tags", Tags.as_view()),
    path("failing/<str:how>", Failing.as_view()),
    path("members-only", MembersOnly.as_view()),
    re_path("", unknown_call),
]
urlpatterns = [path("api/", include(calls))]
