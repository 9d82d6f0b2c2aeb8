"""Who is behind a token."""

from django.db.models.functions import Now

from .models import TokenFamily, User


def user_of_login(family_id: str) -> User | None:
    """The active user of a login that is neither revoked nor over nor of an old password, in one statement."""
    living = TokenFamily.objects.filter(pk=family_id, revoked_at=None, expires_at__gt=Now(), user__is_active=True)
    login = living.select_related("user").first()
    return login.user if login is not None and login.has_current_password() else None
