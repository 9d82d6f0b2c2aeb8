"""Accounts and logins: register, open, refresh and end a login. What a token looks like is the API's business."""

import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db import transaction as django_transaction
from django.db.models.functions import Now

from nexus_shop.core.transactions import transaction, violated

from .errors import EmailTaken, PasswordRefused, UsernameTaken
from .models import TokenFamily, User


@dataclass(frozen=True)
class PasswordFacts:
    """Why a password was refused, one sentence each."""

    reasons: list[str]


def normalised_email(email: str) -> str:
    """The address as it is stored and compared: compatibility forms folded, no spaces; case is the index's business."""
    return unicodedata.normalize("NFKC", email).strip()


@transaction
def register_user(email: str, *, password: str, username: str = "", first_name: str = "", last_name: str = "") -> User:
    """Make a customer account. A username is made up where none is given.

    Two registrations at once: the unique indexes let one through. Raises EmailTaken, UsernameTaken, PasswordRefused.
    """
    email = normalised_email(email)
    user = User(
        username=username or f"customer-{secrets.token_hex(6)}",
        email=email,
        first_name=first_name,
        last_name=last_name,
    )
    _check_password(password, user)
    user.set_password(password)
    try:
        with django_transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as clash:
        raise _taken(clash) from None
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=False)
    return user


def _check_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as problem:
        raise PasswordRefused(PasswordFacts(reasons=list(problem.messages)), pointer="/password") from None


def _taken(clash: IntegrityError) -> EmailTaken | UsernameTaken:
    if violated(clash) == "one_account_per_email":
        return EmailTaken(pointer="/email")
    return UsernameTaken(pointer="/username")


@transaction
def open_login(user: User, *, refresh_id: str, expires_at: datetime) -> TokenFamily:
    """Begin a login whose first refresh token has the given id. It ends with the password that `user` was read with."""
    User.objects.filter(pk=user.pk).update(last_login=Now())
    return TokenFamily.objects.create(
        user=user, refresh_id=refresh_id, auth_hash=user.get_session_auth_hash(), expires_at=expires_at
    )


def rotate_login(family_id: str, *, refresh_id: str, new_refresh_id: str, expires_at: datetime) -> User | None:
    """Exchange the login's refresh token, once. Returns its user, or None where the token may not be used.

    One conditional statement decides between rivals. A token that was exchanged before has been stolen or copied:
    the whole login is revoked (and stays so, which is why this returns None and does not raise). So it is where the
    password is another by now.
    """
    login = TokenFamily.objects.filter(pk=family_id, revoked_at=None, user__is_active=True, expires_at__gt=Now())
    changes = {"refresh_id": new_refresh_id, "expires_at": expires_at, "used_at": Now()}
    if login.filter(refresh_id=refresh_id).update(**changes):
        rotated = TokenFamily.objects.select_related("user").get(pk=family_id)
        if rotated.has_current_password():
            return rotated.user
    end_login(family_id)
    return None


def end_login(family_id: str) -> None:
    """Revoke a login: its access tokens die with the next request. Ending it twice changes nothing."""
    TokenFamily.objects.filter(pk=family_id, revoked_at=None).update(revoked_at=Now())


@transaction
def rename_user(user_id: int, *, first_name: str | None = None, last_name: str | None = None) -> User:
    """Change the names that are given. Locks the user."""
    user: User = User.objects.select_for_update().get(pk=user_id)
    changes = {"first_name": first_name, "last_name": last_name}
    changed = {name: value for name, value in changes.items() if value is not None}
    for name, value in changed.items():
        setattr(user, name, value)
    if changed:
        user.save(update_fields=list(changed))
    return user
