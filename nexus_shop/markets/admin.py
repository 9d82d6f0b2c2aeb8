"""Django admin."""

from django.contrib import admin

from .models import TaxRate


@admin.register(TaxRate)
class TaxRateAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # generic for the checker alone
    """Rates of tax."""

    list_display = ["name", "country", "state", "postcode", "product_class", "rate"]
