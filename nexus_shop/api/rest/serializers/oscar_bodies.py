"""Bodies in oscarapi's field names. Where the tax is not known yet, `incl_tax` is what `excl_tax` is (as oscarapi)."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Final

from forked_apps.basket.values import Cart, PricedCart, PricedLine
from forked_apps.offer.pricing import Application
from forked_apps.order.queries import Discount, OrderLine, OrderRow
from forked_apps.shipping.pricing import ShippingQuote
from forked_apps.voucher.models import Voucher
from nexus_shop.core.money import ZERO, Price, amount_text

from .bodies import next_action_body, order_totals
from .links import BASE

OWN_ACCOUNT: Final = f"{BASE}me/"


def basket_link(handle: str) -> str:
    """Where oscarapi's clients find a cart."""
    return f"{BASE}baskets/{handle}/"


def line_link(basket: str, handle: str) -> str:
    """Where they find a line."""
    return f"{basket_link(basket)}lines/{handle}/"


def product_link(product_id: int) -> str:
    """Where they find a product."""
    return f"{BASE}products/{product_id}/"


def option_link(code: str) -> str:
    """By what they name an option."""
    return f"{BASE}options/{code}/"


def country_link(code: str) -> str:
    """By what they name a country."""
    return f"{BASE}countries/{code}/"


def address_link(handle: str) -> str:
    """Where they find an address of their book."""
    return f"{BASE}useraddresses/{handle}/"


def price_body(price: Price) -> dict[str, Any]:
    """A price under both names."""
    ours = price.as_json()
    gross = price.net if price.gross is None else price.gross
    return {
        "currency": price.currency,
        "excl_tax": ours["net"],
        "incl_tax": amount_text(gross, price.currency),
        "tax": amount_text(price.tax or ZERO, price.currency),
        "net": ours["net"],
        "gross": ours["gross"],
    }


def voucher_body(voucher: Voucher) -> dict[str, Any]:
    """A voucher."""
    return {
        "name": voucher.name,
        "code": voucher.code,
        "start_datetime": voucher.start_datetime,
        "end_datetime": voucher.end_datetime,
    }


def basket_body(priced: PricedCart) -> dict[str, Any]:
    """A cart, without its token. The totals are without delivery, but for those in `totals`."""
    cart = priced.cart
    link = basket_link(cart.handle) if cart.handle else None
    nets, grosses = _sums(priced.lines, "net"), _sums(priced.lines, "gross")
    with_voucher = [each for each in priced.applications if each.voucher is not None]
    plain = [each for each in priced.applications if each.voucher is None]
    return {
        "id": cart.handle,
        "owner": OWN_ACCOUNT if cart.owner_id is not None else None,
        "status": cart.status,
        "lines": f"{link}lines/" if link else None,
        "url": link,
        "total_excl_tax": amount_text(nets[0], cart.currency),
        "total_excl_tax_excl_discounts": amount_text(nets[1], cart.currency),
        "total_incl_tax": amount_text(grosses[0], cart.currency),
        "total_incl_tax_excl_discounts": amount_text(grosses[1], cart.currency),
        "total_tax": amount_text(grosses[0] - nets[0], cart.currency),
        "currency": cart.currency,
        "voucher_discounts": [
            _discount_body(each, cart) | {"voucher": voucher_body(each.voucher)} for each in with_voucher
        ],
        "offer_discounts": [_discount_body(each, cart) for each in plain],
        "is_tax_known": priced.totals.tax is not None,
        "token": None,
        "version": cart.version,
        "totals": priced.totals.as_json(),
    }


def _discount_body(application: Application, cart: Cart) -> dict[str, Any]:
    return {
        "name": application.offer.name,
        "description": application.offer.description,
        "amount": amount_text(application.amount, cart.currency),
    }


def _amount(price: Price, kind: str) -> Decimal:
    return price.net if kind == "net" or price.gross is None else price.gross


def _before_discount(line: PricedLine, kind: str) -> Decimal:
    """All units of a line without its discount; to the penny what they are with none."""
    if line.unit is None or line.total is None:
        return ZERO
    return _amount(line.unit, kind) * line.line.quantity if line.discount else _amount(line.total, kind)


def _sums(lines: Iterable[PricedLine], kind: str) -> tuple[Decimal, Decimal]:
    """Of all lines: with and without their discounts."""
    priced = [line for line in lines if line.total is not None]
    after = sum((_amount(line.total, kind) for line in priced if line.total), ZERO)
    return after, sum((_before_discount(line, kind) for line in priced), ZERO)


def line_bodies(priced: PricedCart) -> list[dict[str, Any]]:
    """The lines of a cart that is stored."""
    assert priced.cart.handle is not None
    warnings = {problem.line: problem.code for problem in priced.problems}
    return [_line_body(line, priced.cart, warnings.get(line.line.handle)) for line in priced.lines]


def _line_body(priced: PricedLine, cart: Cart, warning: str | None) -> dict[str, Any]:
    line, currency = priced.line, cart.currency
    handle = str(cart.handle)
    amounts: dict[str, str | None] = dict.fromkeys(
        f"price_{kind}_tax{what}" for kind in ("excl", "incl") for what in ("", "_excl_discounts")
    )
    if priced.total is not None:
        for kind, name in (("net", "excl"), ("gross", "incl")):
            amounts[f"price_{name}_tax"] = amount_text(_amount(priced.total, kind), currency)
            amounts[f"price_{name}_tax_excl_discounts"] = amount_text(_before_discount(priced, kind), currency)
    return {
        "id": line.handle,
        "url": line_link(handle, line.handle),
        "product": product_link(line.product_id),
        "quantity": line.quantity,
        "attributes": [{"option": option_link(option.code), "value": option.value} for option in line.options],
        "price_currency": currency,
        **amounts,
        "is_tax_known": priced.total is not None and priced.total.tax is not None,
        "warning": warning,
        "basket": basket_link(handle),
        "unit_price": price_body(priced.unit) if priced.unit else None,
        "total": price_body(priced.total) if priced.total else None,
    }


def shipping_method_body(quote: ShippingQuote, priced: PricedCart) -> dict[str, Any]:
    """A way of delivery, with the cart as it is priced with it."""
    discount = sum((each.off_shipping for each in priced.applications), ZERO)
    return {
        "code": quote.code,
        "name": quote.name,
        "description": quote.description,
        "price": price_body(quote.price),
        "is_discounted": bool(discount),
        "discount": amount_text(discount, priced.cart.currency),
    }


def oscar_order_body(order: OrderRow, discounts: Sequence[Discount], *, basket: str, is_guest: bool) -> dict[str, Any]:
    """An order, as the one who has placed it just now sees it."""
    net = order.total - order.tax
    amounts = {
        "total_incl_tax": order.total,
        "total_excl_tax": net,
        "shipping_incl_tax": order.shipping,
        "shipping_excl_tax": net - sum((line.total.net for line in order.lines), ZERO),
    }
    return {
        "id": order.handle,
        "number": order.number,
        "basket": basket_link(basket),
        "url": f"{BASE}orders/{order.handle}/",
        "lines": [_order_line_body(line, order.currency) for line in order.lines],
        "owner": None if is_guest else OWN_ACCOUNT,
        "billing_address": _order_address(order.billing_address),
        "currency": order.currency,
        **{name: amount_text(amount, order.currency) for name, amount in amounts.items()},
        "shipping_address": _order_address(order.shipping_address),
        "shipping_method": order.shipping_name,
        "shipping_code": order.shipping_code,
        "status": order.status,
        "email": order.email,
        "date_placed": order.placed_at,
        "offer_discounts": [_order_discount(each, order.currency) for each in discounts if not each.voucher],
        "voucher_discounts": [
            _order_discount(each, order.currency) | {"voucher": each.voucher} for each in discounts if each.voucher
        ],
        "payment_status": order.payment_status,
        "totals": order_totals(order),
        "next_action": next_action_body(order),
    }


def _order_address(address: dict[str, str] | None) -> dict[str, str] | None:
    return None if address is None else address | {"country": country_link(address["country"])}


def _order_discount(discount: Discount, currency: str) -> dict[str, str]:
    return {"name": discount.name, "amount": amount_text(discount.amount, currency)}


def _order_line_body(line: OrderLine, currency: str) -> dict[str, Any]:
    whole = {
        "price_excl_tax": line.total.net,
        "price_incl_tax": line.total.gross or ZERO,
        "price_excl_tax_excl_discounts": line.unit.net * line.quantity if line.discount else line.total.net,
        "price_incl_tax_excl_discounts": (line.total.gross or ZERO) + line.discount,
    }
    return {
        "product": None if line.product_id is None else product_link(line.product_id),
        "quantity": line.quantity,
        "attributes": [{"option": option_link(each["option"]), "value": each["value"]} for each in line.options],
        "price_currency": currency,
        **{name: amount_text(amount, currency) for name, amount in whole.items()},
    }
