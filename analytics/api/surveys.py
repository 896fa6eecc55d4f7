"""`POST /csat/{token}`: a customer says how they were helped."""

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.throttling import SurveyThrottle
from analytics.actions.answer_survey import answer_survey
from analytics.serializers import SurveyAnswerInput, SurveyAnswerSerializer, survey_answer
from email_channel.enums import Rating
from hummdesk.api.views import ApiView


class SurveyAnswerView(ApiView):
    """Takes an answer from whoever has the token."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (SurveyThrottle,)

    @extend_schema(
        operation_id="csat_answer", request=SurveyAnswerInput, responses={200: SurveyAnswerSerializer}, auth=[]
    )
    def post(self, request: Request, token: str) -> Response:
        """Save the answer, or the one that replaces it."""
        given = SurveyAnswerInput(data=request.data)
        given.is_valid(raise_exception=True)
        comment = given.validated_data.get("comment", "")
        survey = answer_survey(token=token, rating=Rating(given.validated_data["rating"]), comment=comment)
        return Response(survey_answer(survey))
