"""The user and the logins of the API."""

import secrets
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models, transaction
from django.db.models.functions import Lower, Now
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    Manager = UserManager["User"]
else:
    Manager = UserManager


class ShopUserManager(Manager):
    """Finds accounts by name whatever the case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """The account of that username, whatever the case."""
        return self.get(username__iexact=username)


class User(AbstractUser):
    """A customer or a member of staff. E-mail and username are each unique whatever the case."""

    email = models.EmailField(_("email address"))

    objects: ClassVar[ShopUserManager] = ShopUserManager()

    REQUIRED_FIELDS = ["email"]

    class Meta(AbstractUser.Meta):
        swappable = "AUTH_USER_MODEL"
        constraints = [
            models.UniqueConstraint(Lower("email"), name="one_account_per_email"),
            models.UniqueConstraint(Lower("username"), name="one_account_per_username"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Allauth 65 keeps addresses beside this one, which stay what they were when it changes."""
        names = kwargs.get("update_fields")
        if self._state.adding or (names is not None and "email" not in names):
            super().save(*args, **kwargs)
            return
        with transaction.atomic():
            super().save(*args, **kwargs)
            self._replace_addresses()

    def _replace_addresses(self) -> None:
        """Let allauth know this address and no other; a new one is not verified."""
        from allauth.account.models import EmailAddress  # noqa: PLC0415 - it wants the user model to be there

        if EmailAddress.objects.filter(user=self).exclude(email__iexact=self.email).delete()[0] and self.email:
            EmailAddress.objects.update_or_create(user=self, email=self.email, defaults={"primary": True})


def new_family_id() -> str:
    """128 random bits, URL-safe."""
    return secrets.token_urlsafe(16)


class TokenFamily(models.Model):
    """One login of the API: every token refreshed from it. Only `refresh_id` may be refreshed; revoked, all die.

    It lives as long as the password that opened it: `auth_hash` is what a session of Django keeps of that.
    """

    id = models.CharField(primary_key=True, max_length=22, default=new_family_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="token_families")
    refresh_id = models.CharField(max_length=32)
    auth_hash = models.CharField(max_length=64, db_default="")
    created_at = models.DateTimeField(db_default=Now())
    used_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(db_index=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "token families"

    def __str__(self) -> str:
        return f"login of {self.user_id} at {self.created_at}"

    def has_current_password(self) -> bool:
        """Whether the user's password is still the one of the login, whoever changed it and where."""
        return constant_time_compare(self.auth_hash, self.user.get_session_auth_hash())
