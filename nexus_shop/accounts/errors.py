"""Rules of accounts."""

from django.utils.translation import gettext_lazy as _

from nexus_shop.core.errors import DomainError


class EmailTaken(DomainError):
    """An account with this e-mail address, in whatever case, exists."""

    code = "email_taken"
    message = _("There is an account with this e-mail address already.")


class UsernameTaken(DomainError):
    """An account with this username, in whatever case, exists."""

    code = "username_taken"
    message = _("This username is taken.")


class InvalidCredentials(DomainError):
    """Unknown account, wrong password or disabled account: the three are not told apart."""

    code = "invalid_credentials"
    message = _("E-mail address or password is wrong.")


class InvalidToken(DomainError):
    """The token is malformed, expired, revoked, of the wrong kind, or its account is disabled."""

    code = "invalid_token"
    message = _("The token is not valid any more.")


class PasswordRefused(DomainError):
    """The password is too short, too common, or too like the account. The facts say why."""

    code = "password_refused"
    message = _("This password is not good enough.")
