"""Where the link of a mail's List-Unsubscribe leads."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from email_channel.actions.suppress_address import unsubscribe_address
from email_channel.unsubscribing import unsubscribing_address


# Mail programs post by themselves, without having seen the page (RFC 8058); who has the link may do this, and no more.
@csrf_exempt
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest) -> HttpResponse:
    """Ask whether the address is to get no more mail, and see to it."""
    token = request.GET.get("token", "")
    address = unsubscribing_address(token)
    if request.method == "POST":
        unsubscribe_address(address=address)
    context = {"address": address, "token": token, "is_done": request.method == "POST"}
    return render(request, "email_channel/unsubscribe.html", context)
