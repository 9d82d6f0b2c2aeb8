"""Django admin for what only operations may change: to look at."""

from typing import Any

from django.contrib import admin
from django.db.models import Model


class _ReadOnly:
    """Nothing is added, changed or deleted."""

    inlines = ()
    actions = ()

    def has_add_permission(self, request: Any, *_: Any) -> bool:
        """No."""
        return False

    def has_change_permission(self, request: Any, *_: Any) -> bool:
        """No."""
        return False

    def has_delete_permission(self, request: Any, *_: Any) -> bool:
        """No."""
        return False


def make_read_only(*models: type[Model]) -> None:
    """Register the models anew, as they were registered but read-only."""
    for model in models:
        registered = type(admin.site.get_model_admin(model))
        admin.site.unregister(model)
        admin.site.register(model, type(f"ReadOnly{registered.__name__}", (_ReadOnly, registered), {}))
