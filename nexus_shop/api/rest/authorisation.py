"""Who may do what: one table for every route and method of the API. What is not in it is denied.

A test compares the table with the URL resolver in both directions. Object-level questions (whose cart, whose order)
are answered by the queries, which do not find what is not the caller's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from rest_framework.permissions import BasePermission

Check = Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """A named answer to: may this caller use this route?"""

    name: str
    allows: Check


def _is_login(request: Any) -> bool:
    return bool(request.user and request.user.is_authenticated)


ANYONE: Final = Rule("anyone", lambda request: True)
LOGIN: Final = Rule("login", _is_login)


def staff(*permissions: str) -> Rule:
    """Members of staff who hold the permissions."""
    return Rule(
        f"staff with {' and '.join(permissions)}",
        lambda request: _is_login(request) and request.user.is_staff and request.user.has_perms(permissions),
    )


def stock_keeper(*permissions: str) -> Rule:
    """Staff who hold the permissions, and partner staff: the queries keep those to what is their partners'."""

    def allows(request: Any) -> bool:
        user = request.user
        wanted = permissions if user.is_staff else ("partner.dashboard_access",)
        return _is_login(request) and bool(user.has_perms(wanted))

    return Rule(f"staff with {' and '.join(permissions)}, or partner staff", allows)


def keeper_of_any(*permissions: str) -> Rule:
    """Staff who hold one of the permissions at least, and partner staff."""

    def allows(request: Any) -> bool:
        return any(stock_keeper(permission).allows(request) for permission in permissions)

    return Rule(f"staff with {' or '.join(permissions)}, or partner staff", allows)


def _sees_orders(request: Any) -> bool:
    """Members of staff by permission; those who work for a partner see their own lines (the queries see to that)."""
    return _is_login(request) and bool(
        request.user.has_perm("order.view_order" if request.user.is_staff else "partner.dashboard_access")
    )


ORDERS: Final = Rule("staff with order.view_order, partner staff", _sees_orders)


TRANSLATED: Final = {
    "products": "product",
    "categories": "category",
    "attributes": "productattribute",
    "attribute-options": "attributeoption",
    "options": "option",
}


def translator(action: str) -> Rule:
    """Staff who hold the permission on the kind of thing that the path names; an unknown kind is then not found.

    Products are open to partner staff too: the queries keep those to what is their partners'.
    """

    def allows(request: Any) -> bool:
        model = TRANSLATED.get(request.resolver_match.kwargs["kind"], "product")
        rule = stock_keeper if model == "product" else staff
        return rule(f"catalogue.{action}_{model}").allows(request)

    return Rule(f"staff with catalogue.{action}_… of the kind, or partner staff", allows)


def _staff_routes(
    path: str, key: str, permissions: str, rule: Callable[[str], Rule] = staff, *, converter: str = "str"
) -> dict[tuple[str, str], Rule]:
    """The list and the things of a model that staff keep; `permissions` is `app.%s_model`."""
    one = f"{path}<{converter}:{key}>/"
    return {
        (path, "GET"): rule(permissions % "view"),
        (path, "POST"): rule(permissions % "add"),
        (one, "GET"): rule(permissions % "view"),
        (one, "PUT"): rule(permissions % "change"),
        (one, "PATCH"): rule(permissions % "change"),
        (one, "DELETE"): rule(permissions % "delete"),
    }


# Carts and checkout are open to anyone: the token or the login says whose cart it is.
RULES: Final[dict[tuple[str, str], Rule]] = {
    ("api/v1/auth/register/", "POST"): ANYONE,
    ("api/v1/auth/login/", "POST"): ANYONE,
    ("api/v1/auth/refresh/", "POST"): ANYONE,
    ("api/v1/auth/logout/", "POST"): ANYONE,
    ("api/v1/me/", "GET"): LOGIN,
    ("api/v1/me/", "PATCH"): LOGIN,
    ("api/v1/products/", "GET"): ANYONE,
    ("api/v1/products/", "POST"): stock_keeper("catalogue.add_product", "partner.add_stockrecord"),
    ("api/v1/products/categories/", "GET"): ANYONE,
    ("api/v1/products/categories/", "POST"): staff("catalogue.add_category"),
    ("api/v1/products/<product:key>/", "GET"): ANYONE,
    ("api/v1/products/<product:key>/", "PUT"): stock_keeper("catalogue.change_product"),
    ("api/v1/products/<product:key>/", "PATCH"): stock_keeper("catalogue.change_product"),
    ("api/v1/products/<product:key>/", "DELETE"): stock_keeper("catalogue.delete_product"),
    ("api/v1/products/<product:key>/variants/", "GET"): ANYONE,
    ("api/v1/products/<product:key>/media/", "GET"): ANYONE,
    ("api/v1/products/<product:key>/related/", "GET"): ANYONE,
    ("api/v1/products/<product:key>/reviews/", "GET"): ANYONE,
    ("api/v1/products/<product:key>/price/", "GET"): ANYONE,
    ("api/v1/products/<product:key>/price-history/", "GET"): ANYONE,
    ("api/v1/products/<product:key>/availability/", "GET"): ANYONE,
    ("api/v1/categories/", "GET"): ANYONE,
    ("api/v1/categories/", "POST"): staff("catalogue.add_category"),
    ("api/v1/categories/<path:key>/", "GET"): ANYONE,
    ("api/v1/brands/", "GET"): ANYONE,
    ("api/v1/brands/<str:slug>/", "GET"): ANYONE,
    ("api/v1/attributes/", "GET"): ANYONE,
    ("api/v1/options/", "GET"): ANYONE,
    ("api/v1/countries/", "GET"): ANYONE,
    ("api/v1/cart/", "GET"): ANYONE,
    ("api/v1/cart/", "POST"): ANYONE,
    ("api/v1/cart/", "PATCH"): ANYONE,
    ("api/v1/cart/", "DELETE"): ANYONE,
    ("api/v1/cart/items/", "POST"): ANYONE,
    ("api/v1/cart/items/", "PUT"): ANYONE,
    ("api/v1/cart/items/", "DELETE"): ANYONE,
    ("api/v1/cart/items/bulk/", "POST"): ANYONE,
    ("api/v1/cart/items/<str:handle>/", "PATCH"): ANYONE,
    ("api/v1/cart/items/<str:handle>/", "DELETE"): ANYONE,
    ("api/v1/cart/vouchers/", "POST"): ANYONE,
    ("api/v1/cart/vouchers/<path:code>/", "DELETE"): ANYONE,
    ("api/v1/cart/saved/", "GET"): ANYONE,
    ("api/v1/cart/saved/", "POST"): ANYONE,
    ("api/v1/cart/saved/<str:handle>/", "DELETE"): ANYONE,
    ("api/v1/cart/saved/<str:handle>/restore/", "POST"): ANYONE,
    ("api/v1/cart/share/", "POST"): ANYONE,
    ("api/v1/cart/shared/<str:handle>/", "GET"): ANYONE,
    ("api/v1/cart/shared/<str:handle>/restore/", "POST"): ANYONE,
    ("api/v1/cart/merge/", "POST"): LOGIN,
    ("api/v1/cart/shipping-methods/", "GET"): ANYONE,
    ("api/v1/cart/estimate/", "POST"): ANYONE,
    ("api/v1/cart/explain/", "GET"): ANYONE,
    ("api/v1/basket/", "GET"): ANYONE,
    ("api/v1/basket/add-product/", "POST"): ANYONE,
    ("api/v1/basket/add-voucher/", "POST"): ANYONE,
    ("api/v1/basket/shipping-methods/", "GET"): ANYONE,
    ("api/v1/basket/shipping-methods/", "POST"): ANYONE,
    ("api/v1/baskets/", "GET"): ANYONE,
    ("api/v1/baskets/", "POST"): ANYONE,
    ("api/v1/baskets/<str:basket>/", "GET"): ANYONE,
    ("api/v1/baskets/<str:basket>/", "DELETE"): ANYONE,
    ("api/v1/baskets/<str:basket>/lines/", "GET"): ANYONE,
    ("api/v1/baskets/<str:basket>/lines/<str:handle>/", "GET"): ANYONE,
    ("api/v1/baskets/<str:basket>/lines/<str:handle>/", "PUT"): ANYONE,
    ("api/v1/baskets/<str:basket>/lines/<str:handle>/", "PATCH"): ANYONE,
    ("api/v1/baskets/<str:basket>/lines/<str:handle>/", "DELETE"): ANYONE,
    ("api/v1/useraddresses/", "GET"): LOGIN,
    ("api/v1/useraddresses/", "POST"): LOGIN,
    ("api/v1/useraddresses/<str:handle>/", "GET"): LOGIN,
    ("api/v1/useraddresses/<str:handle>/", "PUT"): LOGIN,
    ("api/v1/useraddresses/<str:handle>/", "PATCH"): LOGIN,
    ("api/v1/useraddresses/<str:handle>/", "DELETE"): LOGIN,
    ("api/v1/me/addresses/", "GET"): LOGIN,
    ("api/v1/me/addresses/", "POST"): LOGIN,
    ("api/v1/me/addresses/<str:handle>/", "GET"): LOGIN,
    ("api/v1/me/addresses/<str:handle>/", "PUT"): LOGIN,
    ("api/v1/me/addresses/<str:handle>/", "PATCH"): LOGIN,
    ("api/v1/me/addresses/<str:handle>/", "DELETE"): LOGIN,
    ("api/v1/payments/methods/", "GET"): ANYONE,
    ("api/v1/payments/", "POST"): ANYONE,
    ("api/v1/payments/<str:handle>/", "GET"): ANYONE,
    ("api/v1/payments/<str:handle>/capture/", "POST"): staff("payment.add_transaction"),
    ("api/v1/payments/<str:handle>/void/", "POST"): staff("payment.add_transaction"),
    ("api/v1/payments/refunds/", "GET"): staff("payment.view_transaction"),
    ("api/v1/payments/refunds/", "POST"): staff("payment.add_transaction"),
    ("api/v1/payments/refunds/<str:handle>/", "GET"): staff("payment.view_transaction"),
    ("api/v1/payments/webhooks/<str:gateway>/", "POST"): ANYONE,  # who has the gateway's secret: it asks for no login
    ("api/v1/checkout/", "POST"): ANYONE,
    ("api/v1/checkouts/", "POST"): ANYONE,
    ("api/v1/checkouts/<str:handle>/", "GET"): ANYONE,
    ("api/v1/checkouts/<str:handle>/", "PATCH"): ANYONE,
    ("api/v1/checkouts/<str:handle>/addresses/", "PUT"): ANYONE,
    ("api/v1/checkouts/<str:handle>/shipping-methods/", "GET"): ANYONE,
    ("api/v1/checkouts/<str:handle>/shipments/", "PUT"): ANYONE,
    ("api/v1/checkouts/<str:handle>/payment-sessions/", "GET"): ANYONE,
    ("api/v1/checkouts/<str:handle>/payment-sessions/", "POST"): ANYONE,
    ("api/v1/checkouts/<str:handle>/payment-sessions/", "PATCH"): ANYONE,
    ("api/v1/checkouts/<str:handle>/complete/", "POST"): ANYONE,
    ("api/v1/checkouts/<str:handle>/cancel/", "POST"): ANYONE,
    ("api/v1/orders/", "GET"): LOGIN,
    ("api/v1/orders/", "POST"): LOGIN,
    ("api/v1/orders/<str:handle>/", "GET"): ANYONE,
    ("api/v1/orders/lookup/", "POST"): ANYONE,
    ("api/v1/orders/<str:handle>/", "PUT"): ANYONE,
    ("api/v1/orders/<str:handle>/", "PATCH"): ANYONE,
    ("api/v1/orders/<str:handle>/", "DELETE"): ANYONE,
    ("api/v1/orders/<str:handle>/cancel/", "POST"): ANYONE,
    ("api/v1/orders/<str:handle>/events/", "GET"): ANYONE,
    ("api/v1/orders/<str:handle>/status/", "PATCH"): staff("order.change_order"),
    **_staff_routes("api/v1/admin/stockrecords/", "key", "partner.%s_stockrecord", stock_keeper),
    ("api/v1/admin/inventory/adjustments/", "GET"): stock_keeper("partner.view_stockrecord"),
    ("api/v1/admin/inventory/adjustments/", "POST"): stock_keeper("partner.change_stockrecord"),
    ("api/v1/admin/inventory/reservations/", "GET"): stock_keeper("partner.view_stockrecord"),
    ("api/v1/admin/translations/<str:kind>/<str:thing_id>/", "GET"): translator("view"),
    ("api/v1/admin/translations/<str:kind>/<str:thing_id>/", "PUT"): translator("change"),
    ("api/v1/admin/translations/<str:kind>/<str:thing_id>/", "PATCH"): translator("change"),
    ("api/v1/admin/prices/changes/", "GET"): stock_keeper("partner.view_stockrecord"),
    ("api/v1/admin/prices/option-changes/", "GET"): staff("catalogue.view_option"),
    ("api/v1/me/orders/", "GET"): LOGIN,
    ("api/v1/admin/orders/", "GET"): ORDERS,
    ("api/v1/admin/orders/<str:handle>/", "GET"): ORDERS,
    ("api/v1/admin/orders/<str:handle>/lines/", "GET"): ORDERS,
    ("api/v1/admin/orders/<str:handle>/shipping-events/", "GET"): ORDERS,
    ("api/v1/admin/orders/<str:handle>/payment-events/", "GET"): staff("order.view_order"),
    ("api/v1/admin/orders/<str:handle>/notes/", "GET"): staff("order.view_order"),
    ("api/v1/admin/orders/<str:handle>/notes/", "POST"): staff("order.change_order"),
    ("api/v1/admin/orders/<str:handle>/links/", "DELETE"): staff("order.change_order"),
    **_staff_routes("api/v1/admin/shipping-methods/", "method_id", "shipping.%s_shippingmethod"),
    **_staff_routes("api/v1/admin/tax-rules/", "rate_id", "markets.%s_taxrate"),
    **_staff_routes("api/v1/admin/products/", "key", "catalogue.%s_product", stock_keeper, converter="product"),
    ("api/v1/admin/products/<product:key>/variants/", "POST"): stock_keeper("catalogue.add_product"),
    ("api/v1/admin/products/<product:key>/images/", "GET"): stock_keeper("catalogue.view_product"),
    ("api/v1/admin/products/<product:key>/images/", "POST"): stock_keeper("catalogue.change_product"),
    ("api/v1/admin/products/<product:key>/images/<str:image_id>/", "GET"): stock_keeper("catalogue.view_product"),
    ("api/v1/admin/products/<product:key>/images/<str:image_id>/", "PATCH"): stock_keeper("catalogue.change_product"),
    ("api/v1/admin/products/<product:key>/images/<str:image_id>/", "DELETE"): stock_keeper("catalogue.change_product"),
    ("api/v1/admin/files/", "POST"): keeper_of_any(
        "catalogue.add_product", "catalogue.change_product", "catalogue.add_category", "catalogue.change_category"
    ),
    ("api/v1/admin/products/bulk/", "PUT"): stock_keeper("catalogue.add_product", "catalogue.change_product"),
    **_staff_routes("api/v1/admin/brands/", "key", "catalogue.%s_brand"),
    **_staff_routes("api/v1/admin/categories/", "key", "catalogue.%s_category"),
    ("api/v1/admin/categories-bulk/", "PUT"): staff("catalogue.add_category", "catalogue.change_category"),
    **_staff_routes("api/v1/admin/productclasses/", "key", "catalogue.%s_productclass"),
    **_staff_routes("api/v1/admin/attributes/", "key", "catalogue.%s_productattribute"),
    **_staff_routes("api/v1/admin/option-groups/", "key", "catalogue.%s_attributeoptiongroup"),
    **_staff_routes("api/v1/admin/productattributes/", "key", "catalogue.%s_productattribute"),
    **_staff_routes("api/v1/admin/attributeoptiongroups/", "key", "catalogue.%s_attributeoptiongroup"),
    **_staff_routes("api/v1/admin/options/", "key", "catalogue.%s_option"),
    **_staff_routes("api/v1/admin/partners/", "key", "partner.%s_partner"),
    ("health/", "GET"): ANYONE,
    ("health/db/", "GET"): ANYONE,
    ("health/cache/", "GET"): ANYONE,
}


def rule_of(route: str, method: str) -> Rule | None:
    """The rule of a route and method; HEAD is GET without a body. None is a refusal."""
    return RULES.get((route, "GET" if method == "HEAD" else method))


class Declared(BasePermission):
    """The default permission of the API: what the table allows."""

    def has_permission(self, request: Any, view: Any) -> bool:
        """Whether the table lets this caller use this route and method."""
        rule = rule_of(request.resolver_match.route, request.method)
        return rule is not None and rule.allows(request)
