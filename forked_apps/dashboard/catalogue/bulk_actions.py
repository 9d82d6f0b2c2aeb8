"""Oscar's hooks for what is done to many products or categories at once: by operations.

Oscar 4.2.1 hides products that other partners sell too, changes prices without a record, and leaves what stands below
a hidden category public.
"""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import ngettext
from oscar.apps.dashboard.catalogue import bulk_actions as oscar

from forked_apps.catalogue.categories import show_categories
from forked_apps.catalogue.models import Category, Product
from forked_apps.partner.models import StockRecord
from forked_apps.partner.queries import stock_records_of
from nexus_shop.core.money import ZERO

from .operations import PriceChange, change_prices, show_products
from .queries import owned_ids


def _tell(request: HttpRequest, one: str, many: str, count: int) -> None:
    messages.success(request, ngettext(one, many, count) % {"n": count})


class _ShowCategories:
    is_public: bool

    def execute(self, request: HttpRequest, objects: QuerySet[Category]) -> None:
        """Show or hide the categories, with all below."""
        count = show_categories(list(objects.values_list("pk", flat=True)), is_public=self.is_public)
        _tell(request, "%(n)d category changed.", "%(n)d categories changed.", count)


class MakePublicAction(_ShowCategories, oscar.MakePublicAction):
    """Show categories."""


class MakeNonPublicAction(_ShowCategories, oscar.MakeNonPublicAction):
    """Hide categories."""


class _ShowProducts:
    is_public: bool

    def execute(self, request: HttpRequest, objects: QuerySet[Product], form: Any) -> None:
        """Show or hide the products that are the user's to change."""
        chosen = list(objects.values_list("pk", flat=True))
        own = owned_ids(request.user, chosen)  # type: ignore[arg-type]
        count = show_products(own, is_public=self.is_public)
        _tell(request, "%(n)d product changed.", "%(n)d products changed.", count)
        if len(own) < len(chosen):
            left = len(chosen) - len(own)
            text = ngettext(
                "%(n)d product is sold by others too and stays as it is.",
                "%(n)d products are sold by others too and stay as they are.",
                left,
            )
            messages.warning(request, text % {"n": left})


class MakeProductsPublicAction(_ShowProducts, oscar.MakeProductsPublicAction):
    """Show products."""


class MakeProductsNonPublicAction(_ShowProducts, oscar.MakeProductsNonPublicAction):
    """Hide products."""


class SetProductPriceAction(oscar.SetProductPriceAction):
    """Change the prices of the chosen partners' stock records."""

    def execute(self, request: HttpRequest, objects: QuerySet[Product], form: Any) -> None:
        """Change the prices, each by its own figure or all alike; partner staff reach their own records only."""
        data = form.cleaned_data
        own = form.get_specific_prices()
        fixed, amount, percent = data["new_price"], data["increase_by_amount"], data["increase_by_percentage"]
        general = None
        if {fixed, amount, percent} != {None}:
            general = PriceChange(fixed=fixed, amount=amount or ZERO, percent=percent or ZERO)
        records: QuerySet[StockRecord] = stock_records_of(request.user)  # type: ignore[arg-type]
        records = records.filter(product__in=list(objects.values_list("pk", flat=True)), partner__in=data["partners"])
        changes = {}
        for pk, product_id in records.values_list("pk", "product_id"):
            change = PriceChange(fixed=own[product_id]) if product_id in own else general
            if change is not None:
                changes[pk] = change
        count = change_prices(changes, changed_by=request.user.pk)
        _tell(request, "%(n)d price changed.", "%(n)d prices changed.", count)
