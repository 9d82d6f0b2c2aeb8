"""Oscar's admin."""

from django.contrib import admin
from oscar.apps.offer.admin import *  # noqa: F403

from .models import Range

admin.site.unregister(Range)


@admin.register(Range)
class RangeAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """Oscar 4.2.1 sends every product and every category to be chosen from."""

    raw_id_fields = ("included_categories", "excluded_categories", "excluded_products")
