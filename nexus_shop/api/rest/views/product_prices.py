"""What a product costs and whether it can be bought, now and before; and who changed its price, for staff."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema

from forked_apps.basket.previews import price_for
from forked_apps.catalogue.models import OptionPriceChange
from forked_apps.catalogue.option_prices import option_price_changes
from forked_apps.partner.inventory import price_changes_of
from forked_apps.partner.models import PriceChange
from forked_apps.partner.price_history import WINDOW
from forked_apps.partner.shelf import Availability, availabilities
from forked_apps.search.history import price_history
from nexus_shop.api.rest.cursors import cursor_of, words_of
from nexus_shop.api.rest.keys import key_of
from nexus_shop.api.rest.rendering import to_json
from nexus_shop.api.rest.schema import problems
from nexus_shop.api.rest.serializers import product_prices as shapes
from nexus_shop.core.errors import NotFound
from nexus_shop.core.languages import active_language
from nexus_shop.core.money import Money

from .admin_products import KEY
from .cart import destination_of
from .inventory import StockView, account_body, id_of, ledger_product
from .product import MOVED, ProductView, digest_of, tag_of


class ProductPriceView(ProductView):
    """`products/{key}/price/`."""

    part = "price"
    is_public = False
    query_parameters = frozenset(shapes.PriceParameters().fields)

    @extend_schema(
        operation_id="getProductPrice",
        summary="What a product costs now",
        parameters=[KEY, shapes.PriceParameters],
        responses={200: shapes.ProductPriceShape, **MOVED, **problems(400, 401, 404, 422, 429)},
    )
    def get(self, request: Any, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """What this caller pays for `quantity` pieces alone in a cart, with the offers that count and a place's tax.

        422 `variant_required` for a product that is sold in variants.
        """
        query = self.parameters(shapes.PriceParameters)
        user = request.user if request.user and request.user.is_authenticated else None
        wanted = key_of(key)
        try:
            priced = price_for(
                wanted,
                quantity=query["quantity"],
                owner=(user.pk, user.email) if user else None,
                destination=destination_of(query) if "country" in query else None,
            )
        except NotFound:
            return self.moved(wanted)
        line, currency = priced.lines[0], priced.cart.currency
        return self.private(
            {
                "product": line.line.product_id,
                "quantity": line.line.quantity,
                "unit_price": line.unit.as_json() if line.unit else None,
                "discount": Money(line.discount, currency).as_json(),
                "total": line.total.as_json() if line.total else None,
                "offers": [
                    {"name": each.offer.name, "amount": Money(each.by_line[0], currency).as_json()}
                    for each in priced.applications
                    if each.by_line
                ],
            }
        )


class ProductAvailabilityView(ProductView):
    """`products/{key}/availability/`."""

    part = "availability"

    @extend_schema(
        operation_id="getProductAvailability",
        summary="Whether a product can be bought now",
        parameters=[KEY],
        responses={200: shapes.ProductAvailabilityShape, **MOVED, **problems(400, 404, 429)},
        auth=[],
    )
    def get(self, request: Any, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Of the product and of each of its variants, as the stock is this moment; never how many there are."""
        wanted = key_of(key)
        try:
            own, variants = availabilities(wanted, currency=settings.OSCAR_DEFAULT_CURRENCY, today=timezone.localdate())
        except NotFound:
            return self.moved(wanted)
        body = to_json(_availability(own) | {"variants": [_availability(each) for each in variants]})
        return self.public(body, digest=digest_of(body), tags=tag_of(own.product_id))


class ProductPriceHistoryView(ProductView):
    """`products/{key}/price-history/`."""

    part = "price-history"

    @extend_schema(
        operation_id="getProductPriceHistory",
        summary="What a product cost in the last 30 days",
        parameters=[KEY],
        responses={200: shapes.PriceHistoryShape, **MOVED, **problems(400, 404, 429)},
        auth=[],
    )
    def get(self, request: Any, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Since when which price, oldest first; of a parent its cheapest variant's. `lowest_price` as in cards."""
        wanted = key_of(key)
        try:
            found = price_history(wanted, language=active_language())
        except NotFound:
            return self.moved(wanted)
        body = to_json(
            {
                "product": found.product_id,
                "days": WINDOW.days,
                "points": [
                    {"since": since, "price": price.as_json() if price else None} for since, price in found.points
                ],
                "lowest_price": found.lowest_price,
            }
        )
        return self.public(body, digest=digest_of(body), tags=tag_of(found.product_id))


class PriceChangeList(StockView):
    """`admin/prices/changes/`: the ledger of prices."""

    query_parameters = frozenset(shapes.PriceChangeParameters().fields)

    @extend_schema(
        operation_id="listPriceChanges",
        summary="List changes of prices",
        parameters=[shapes.PriceChangeParameters],
        responses={200: shapes.PriceChangePage, **problems(400, 401, 403, 429)},
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Every change of a price or list price, by whatever door: who, when, why; newest first, by cursor."""
        query = self.parameters(shapes.PriceChangeParameters)
        changes = price_changes_of(request.user, query)
        words = words_of(query["cursor"]) if "cursor" in query else None
        if words is not None:
            changes = changes.filter(pk__lt=id_of(words))
        found: HttpResponse = self.page(
            list(changes[: query["page_size"] + 1]),
            query["page_size"],
            change_body,
            lambda change: cursor_of(change.pk),
        )
        return found


class OptionPriceChangeList(StockView):
    """`admin/prices/option-changes/`: the ledger of what options cost."""

    query_parameters = frozenset(shapes.OptionPriceChangeParameters().fields)

    @extend_schema(
        operation_id="listOptionPriceChanges",
        summary="List changes of options' prices",
        parameters=[shapes.OptionPriceChangeParameters],
        responses={200: shapes.OptionPriceChangePage, **problems(400, 401, 403, 429)},
    )
    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """Every change of what an option or a choice costs: who, when, why; newest first, by cursor."""
        query = self.parameters(shapes.OptionPriceChangeParameters)
        changes = option_price_changes(query)
        words = words_of(query["cursor"]) if "cursor" in query else None
        if words is not None:
            changes = changes.filter(pk__lt=id_of(words))
        found: HttpResponse = self.page(
            list(changes[: query["page_size"] + 1]),
            query["page_size"],
            option_change_body,
            lambda change: cursor_of(change.pk),
        )
        return found


def option_change_body(change: OptionPriceChange) -> dict[str, Any]:
    """A change whose account was read with it. Amounts as entered, in the shop's currency: options have no other."""
    held = {"old_price": change.old_price, "new_price": change.new_price}
    currency = settings.OSCAR_DEFAULT_CURRENCY
    return {
        "id": change.pk,
        "option": change.option_id,
        "choice": change.choice_id,
        "option_group": change.option_group_id,
        "name": change.name,
        **{name: None if value is None else Money(value, currency).as_json() for name, value in held.items()},
        "reason": change.reason,
        "changed_by": account_body(change.changed_by_id, change.changed_by),
        "created_at": change.created_at,
    }


def change_body(change: PriceChange) -> dict[str, Any]:
    """A change whose product and account were read with it. Amounts as entered."""
    amounts = ("old_price", "new_price", "old_list_price", "new_list_price")
    held = {name: getattr(change, name) for name in amounts}
    return {
        "id": change.pk,
        "stock_record": change.stock_record_id,
        "product": ledger_product(change),
        **{name: None if value is None else Money(value, change.currency).as_json() for name, value in held.items()},
        "reason": change.reason,
        "changed_by": account_body(change.changed_by_id, change.changed_by),
        "created_at": change.created_at,
    }


def _availability(found: Availability) -> dict[str, Any]:
    return {
        "product": found.product_id,
        "sku": found.sku,
        "availability": {
            "is_available": found.is_available,
            "code": found.code,
            "message": found.message,
            "expected_on": found.expected_on,
        },
    }
