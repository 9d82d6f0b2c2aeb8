"""What the shop decides where allauth asks."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Shoppers register over the API; there is no sign-up page."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """No HTML sign-up."""
        return False
