"""Accounts and tokens: dj-rest-auth's views over allauth's engine, with our tokens, limits and errors."""

from typing import Any
from urllib.parse import urlsplit

from dj_rest_auth.registration.views import RegisterView as RestAuthRegisterView
from dj_rest_auth.views import LoginView as RestAuthLoginView
from dj_rest_auth.views import LogoutView as RestAuthLogoutView
from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework_simplejwt.settings import api_settings

from nexus_shop.accounts.errors import InvalidToken
from nexus_shop.accounts.operations import normalised_email, register_user, rename_user
from nexus_shop.api.rest import tokens
from nexus_shop.api.rest.base import View, answer
from nexus_shop.api.rest.clients import address_of
from nexus_shop.api.rest.errors import ApiError
from nexus_shop.api.rest.limits import count_for
from nexus_shop.api.rest.schema import problems
from nexus_shop.api.rest.serializers import login as shapes


class AuthView(View):
    """What the routes under auth/ share: no Idempotency-Key, tokens out, the refresh cookie where it is switched on."""

    authentication_classes: Any = []
    ignores_idempotency_key = True

    def tokens(self, pair: dict[str, Any], *, status: int = 200) -> Response:
        """The pair; with the cookie option the refresh token goes into an HttpOnly cookie instead of the body."""
        response = self.private(pair | {"refresh": None} if settings.JWT_REFRESH_COOKIE else pair, status=status)
        if settings.JWT_REFRESH_COOKIE:
            options: dict[str, Any] = settings.REST_AUTH
            response.set_cookie(
                options["JWT_AUTH_REFRESH_COOKIE"],
                pair["refresh"],
                max_age=int(api_settings.REFRESH_TOKEN_LIFETIME.total_seconds()),
                path=options["JWT_AUTH_REFRESH_COOKIE_PATH"],
                secure=options["JWT_AUTH_SECURE"],
                httponly=True,
                samesite=options["JWT_AUTH_SAMESITE"],
            )
        return response

    def refresh_token(self) -> str:
        """The refresh token of body or cookie. A cookie counts only from an origin that may call us (CSRF)."""
        serializer = shapes.RefreshSerializer(data=self.request.data, context={"request": self.request})
        serializer.is_valid(raise_exception=True)
        token = serializer.token()
        if token is None:
            raise InvalidToken
        if "refresh" not in serializer.validated_data:
            self._check_origin()
        return token

    def _check_origin(self) -> None:
        origin = self.request.META.get("HTTP_ORIGIN", "")
        own = urlsplit(origin).netloc == self.request.get_host()
        if not origin or not (own or origin in settings.CORS_ALLOWED_ORIGINS):
            raise ApiError("origin_not_allowed", "The refresh cookie is taken only from the shop's own origins.")


class RegistrationView(AuthView, RestAuthRegisterView):
    """`auth/register/`. dj-rest-auth 7.2 answers a second registration of an unverified address with a 500."""

    @extend_schema(
        operation_id="register",
        summary="Register",
        request=shapes.RegisterSerializer,
        responses={201: shapes.TokenPair, **problems(400, 409, 413, 415, 422, 429)},
        auth=[],
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Make a customer account and log in. Names are compared whatever their case."""
        data = self.parsed(shapes.RegisterSerializer)
        count_for([("register", f"address:{address_of(request)}")])
        user = register_user(**data)
        return self.tokens(tokens.log_in(user), status=201)


class LoginView(AuthView, RestAuthLoginView):
    """`auth/login/`. dj-rest-auth 7.2 opens a session as well and tells a disabled account from a wrong password."""

    @extend_schema(
        operation_id="login",
        summary="Log in",
        request=shapes.LoginSerializer,
        responses={200: shapes.TokenPair, **problems(400, 401, 413, 415, 429)},
        auth=[],
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Tokens for an e-mail address or username and its password."""
        serializer = shapes.LoginSerializer(data=request.data, context={"request": request})
        serializer.is_valid(raise_exception=True)
        account = normalised_email(
            serializer.validated_data.get("email") or serializer.validated_data["username"]
        ).lower()
        address = address_of(request)
        self.limit_states = count_for(
            [
                ("login", f"{account}\0{address}"),
                ("login_account", account),
                ("login_address", address),
            ]
        )
        return self.tokens(tokens.log_in(serializer.user()))


class RefreshView(AuthView):
    """`auth/refresh/`."""

    @extend_schema(
        operation_id="refresh",
        summary="Refresh the tokens",
        request=shapes.RefreshSerializer,
        responses={200: shapes.TokenPair, **problems(400, 401, 403, 413, 415, 429)},
        auth=[],
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Exchange the refresh token for a new pair. One that comes twice ends its login."""
        return self.tokens(tokens.refresh(self.refresh_token()))


class LogoutView(AuthView, RestAuthLogoutView):
    """`auth/logout/`. dj-rest-auth 7.2 leaves access tokens alive."""

    http_method_names = ["post"]

    @extend_schema(
        operation_id="logout",
        summary="Log out",
        request=shapes.RefreshSerializer,
        responses={204: None, **problems(400, 401, 403, 413, 415, 429)},
        auth=[],
    )
    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """End the login of the refresh token: its access tokens die with it."""
        tokens.log_out(self.refresh_token())
        response = Response(status=204)
        if settings.JWT_REFRESH_COOKIE:
            options: dict[str, Any] = settings.REST_AUTH
            response.delete_cookie(options["JWT_AUTH_REFRESH_COOKIE"], path=options["JWT_AUTH_REFRESH_COOKIE_PATH"])
        return response


class AccountView(View):
    """`me/`."""

    @extend_schema(
        operation_id="getAccount", summary="Read one's account", responses={200: shapes.Account, **problems(401, 429)}
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """The own account."""
        return self.private(tokens.account_of(request.user))

    @extend_schema(
        operation_id="changeAccount",
        summary="Change one's account",
        request=shapes.AccountChange,
        responses={200: shapes.Account, **problems(400, 401, 409, 413, 415, 422, 429)},
    )
    def patch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Change first and last name."""
        names = self.parsed(shapes.AccountChange)
        return self.write(lambda: rename_user(request.user.pk, **names), lambda user: answer(tokens.account_of(user)))


__all__ = ["AccountView", "LoginView", "LogoutView", "RefreshView", "RegistrationView"]
