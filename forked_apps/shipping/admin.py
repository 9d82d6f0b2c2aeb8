"""Django admin: the methods that are offered. Oscar's own tables are not."""

from typing import Any, ClassVar

from django.contrib import admin

from .models import ShippingBand, ShippingMethod


class BandInline(admin.TabularInline):  # type: ignore[type-arg]  # generic for the checker alone
    """The bands of a method."""

    model = ShippingBand


@admin.register(ShippingMethod)
class ShippingMethodAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shipping methods."""

    list_display = ["name", "code", "kind", "price", "is_active"]
    filter_horizontal = ["countries"]
    inlines: ClassVar[Any] = [BandInline]
