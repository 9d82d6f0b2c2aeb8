"""Users in Django admin. Oscar's admin searches people by username, which needs this registered."""

from typing import Any

from allauth.account.admin import EmailAddress
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest

from .authority import may_manage
from .models import User

# An account has one address, `User.email`, which the rows of allauth 65 follow: edited here, they would be another.
admin.site.unregister(EmailAddress)


@admin.register(User)
class ShopUserAdmin(UserAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """Nobody edits an account that has more rights than the own, or makes a superuser without being one."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As Django, but not for accounts with more rights."""
        return super().has_change_permission(request, obj) and self._may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """As Django, but not for accounts with more rights."""
        return super().has_delete_permission(request, obj) and self._may_touch(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Permissions, roles and the superuser flag are a superuser's to grant."""
        fields = tuple(super().get_readonly_fields(request, obj))
        if request.user.is_superuser:
            return fields
        return (*fields, "is_superuser", "user_permissions", "groups")

    @staticmethod
    def _may_touch(request: HttpRequest, obj: Any) -> bool:
        return obj is None or may_manage(request.user, obj)  # type: ignore[arg-type]  # the admin admits no anonymous
