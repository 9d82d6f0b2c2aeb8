"""JSON web tokens: minted and read here. Whether the login that one belongs to still lives is accounts' business."""

import secrets
from datetime import UTC, datetime
from typing import Any, Final

from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from nexus_shop.accounts.errors import InvalidToken
from nexus_shop.accounts.models import User
from nexus_shop.accounts.operations import end_login, open_login, rotate_login

FAMILY_CLAIM: Final = "fam"


def log_in(user: User) -> dict[str, Any]:
    """Open a login and mint its first pair of tokens."""
    refresh_id = secrets.token_hex(16)
    family = open_login(user, refresh_id=refresh_id, expires_at=_refresh_expiry())
    return _pair(user, family.pk, refresh_id)


def refresh(token: str) -> dict[str, Any]:
    """Exchange a refresh token for a new pair. Raises InvalidToken; a token that comes twice ends its login."""
    claims = _claims(RefreshToken, token)
    new_id = secrets.token_hex(16)
    family_id = str(claims[FAMILY_CLAIM])
    user = rotate_login(family_id, refresh_id=str(claims["jti"]), new_refresh_id=new_id, expires_at=_refresh_expiry())
    if user is None:
        raise InvalidToken
    return _pair(user, family_id, new_id)


def log_out(token: str) -> None:
    """End the login of a refresh token. Raises InvalidToken for one that is none."""
    end_login(str(_claims(RefreshToken, token)[FAMILY_CLAIM]))


def login_of_access_token(token: str) -> str:
    """The id of the login that an access token belongs to. Raises InvalidToken."""
    return str(_claims(AccessToken, token)[FAMILY_CLAIM])


def _claims(kind: type[AccessToken] | type[RefreshToken], token: str) -> Any:
    try:
        claims = kind(token)  # type: ignore[arg-type]
        if not isinstance(claims.get(FAMILY_CLAIM), str):
            raise InvalidToken
    except TokenError:
        raise InvalidToken from None
    return claims


def _pair(user: User, family_id: str, refresh_id: str) -> dict[str, Any]:
    refresh_token = RefreshToken.for_user(user)
    refresh_token["jti"] = refresh_id
    refresh_token[FAMILY_CLAIM] = family_id
    access = refresh_token.access_token
    return {
        "access": str(access),
        "refresh": str(refresh_token),
        "access_expires_in": int(api_settings.ACCESS_TOKEN_LIFETIME.total_seconds()),
        "user": account_of(user),
    }


def account_of(user: User) -> dict[str, Any]:
    """The API's shape of the own account."""
    return {
        "id": user.pk,
        "email": user.email,
        "username": user.username,
        "first_name": user.first_name,
        "last_name": user.last_name,
    }


def _refresh_expiry() -> datetime:
    return datetime.now(UTC) + api_settings.REFRESH_TOKEN_LIFETIME
