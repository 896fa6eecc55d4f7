"""The platform's pages: choosing an account, and entering it."""

from django.urls import path

from accounts.views.choose_account import account_choose, account_enter

urlpatterns = [
    path("", account_choose, name="account-choose"),
    path("accounts/<slug:slug>/enter", account_enter, name="account-enter"),
]
