"""Accounts and tokens."""

import re
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import authenticate
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from nexus_shop.accounts.errors import InvalidCredentials
from nexus_shop.accounts.models import User
from nexus_shop.accounts.operations import normalised_email

from .fields import StrictSerializer, Text

_USERNAME: Final = re.compile(r"[\w.@+-]+\Z")


class Account(serializers.Serializer[Any]):
    """The own account."""

    id = serializers.IntegerField()
    email = serializers.CharField()
    username = serializers.CharField()
    first_name = serializers.CharField(allow_blank=True)
    last_name = serializers.CharField(allow_blank=True)


class TokenPair(serializers.Serializer[Any]):
    """Access and refresh token. `refresh` is null where it comes in an HttpOnly cookie."""

    access = serializers.CharField()
    refresh = serializers.CharField(allow_null=True)
    access_expires_in = serializers.IntegerField(help_text="Seconds.")
    user = Account()


@extend_schema_field({"type": "string", "minLength": 1, "maxLength": 150, "pattern": r"^[\p{L}\p{N}_.+-]+$"})
class Username(Text):
    """A name to log in by."""


class Email(serializers.EmailField):
    """An address in the form that is stored and compared, which may be longer than the one that came."""

    def to_internal_value(self, data: Any) -> str:
        """Normalise before anything is validated."""
        return normalised_email(super().to_internal_value(data))


class RegisterSerializer(StrictSerializer):
    """A new account. The username is optional."""

    email = Email(max_length=254)
    password = Text(max_length=128, trim_whitespace=False)
    username = Username(max_length=150, required=False, default="")
    first_name = Text(max_length=150, required=False, allow_blank=True, default="")
    last_name = Text(max_length=150, required=False, allow_blank=True, default="")

    def validate_username(self, value: str) -> str:
        """Letters, digits and @ . + - _, and no e-mail address: it would pass for another's login."""
        if value and (not _USERNAME.match(value) or "@" in value):
            raise serializers.ValidationError("Letters, digits, and . + - _ only.")
        return value


class LoginSerializer(StrictSerializer):
    """E-mail address or username, with the password."""

    synonyms = {"email": "username"}
    required_under_either_name = frozenset({"email"})

    email = Email(max_length=254, required=False)
    username = Text(max_length=150, required=False)
    password = Text(max_length=128, trim_whitespace=False)

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """Exactly one name."""
        if ("email" in data) == ("username" in data):
            raise serializers.ValidationError({"email": ["Send either `email` or `username`."]})
        return data

    def user(self) -> User:
        """The account. Raises InvalidCredentials; the time it takes tells nothing."""
        data = self.validated_data
        names = {name: data[name] for name in ("email", "username") if name in data}
        user = authenticate(None, password=data["password"], **names)
        if user is None or not user.is_active:
            raise InvalidCredentials
        assert isinstance(user, User)
        return user


class RefreshSerializer(StrictSerializer):
    """The refresh token; left out where it is in the cookie."""

    refresh = Text(max_length=2000, required=False)

    def token(self) -> str | None:
        """The token of the body, else of the cookie."""
        given: str | None = self.validated_data.get("refresh")
        cookie = self.context["request"].COOKIES.get(settings.REST_AUTH["JWT_AUTH_REFRESH_COOKIE"])
        return given or (cookie if settings.JWT_REFRESH_COOKIE else None)


class AccountChange(StrictSerializer):
    """What one may change of the own account. E-mail and username want proof and have routes of their own."""

    ignored = frozenset({"id", "email", "username"})

    first_name = Text(max_length=150, required=False, allow_blank=True)
    last_name = Text(max_length=150, required=False, allow_blank=True)
