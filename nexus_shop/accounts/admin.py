"""Users in Django admin. Oscar's admin searches people by username, which needs this registered."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest

from .models import User


@admin.register(User)
class ShopUserAdmin(UserAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """Nobody but a superuser edits a superuser, or makes one."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As Django, but superusers are for superusers."""
        return super().has_change_permission(request, obj) and self._may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As Django, but superusers are for superusers."""
        return super().has_delete_permission(request, obj) and self._may_touch(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Who may grant permissions grants at most the roles; the superuser flag is a superuser's."""
        fields = tuple(super().get_readonly_fields(request, obj))
        if request.user.is_superuser:
            return fields
        return (*fields, "is_superuser", "user_permissions", "groups")

    @staticmethod
    def _may_touch(request: HttpRequest, obj: Any) -> bool:
        return obj is None or not obj.is_superuser or request.user.is_superuser
