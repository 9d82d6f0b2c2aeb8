"""Who calls: a JWT in `Authorization: Bearer`. No Basic, no sessions, no cookies."""

from typing import Any

from django.http import HttpRequest
from rest_framework.authentication import BaseAuthentication

from nexus_shop.accounts.errors import InvalidToken
from nexus_shop.accounts.models import User
from nexus_shop.accounts.queries import user_of_login


class TokenAuthentication(BaseAuthentication):
    """Checks the access token, and in one look-up that its login lives and its account is active."""

    def authenticate(self, request: Any) -> tuple[User, str] | None:
        """The user and the id of the login, or None without a token. Raises InvalidToken."""
        header = request.META.get("HTTP_AUTHORIZATION", "")
        if not header:
            return None
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise InvalidToken
        from .tokens import login_of_access_token  # noqa: PLC0415 - simplejwt wants loaded models

        family_id = login_of_access_token(token.strip())
        user = user_of_login(family_id)
        if user is None:
            raise InvalidToken
        return user, family_id

    def authenticate_header(self, request: HttpRequest) -> str:
        """The challenge of a 401."""
        return 'Bearer realm="nexus-shop"'
