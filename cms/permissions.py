"""Whose accounts are in the CMS: superusers' alone. Everybody else manages accounts in Django admin and dashboard."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from wagtail.models import APIToken
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import register_permission_policy

from nexus_shop.accounts.models import User


class OnlySuperusers(ModelPermissionPolicy):
    """Wagtail 8 lets whoever may change accounts set any password, make superusers and act as others by tokens."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        """Superusers may; nobody else."""
        return bool(user.is_active and user.is_superuser)

    def users_with_any_permission(self, actions: Iterable[str]) -> QuerySet[User]:
        """The superusers."""
        return User.objects.filter(is_active=True, is_superuser=True)


def close_accounts() -> None:
    """Put our policy before Wagtail's, whichever is registered first: the exact class goes before its ancestors."""
    for model in (User, APIToken):
        register_permission_policy(model, OnlySuperusers(model), exact_class=True)
