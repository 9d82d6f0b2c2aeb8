"""The shop that is fuzzed: rows with known names, so that drawn ids, handles and tokens often hit something."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import psycopg
from django.db import connection, transaction
from django.db.models.functions import Now

from forked_apps.address.models import UserAddress
from forked_apps.basket.models import Basket, SavedLine, SharedCart
from forked_apps.basket.operations import Wanted, add_to_cart
from forked_apps.basket.values import CartRef, hash_of_token
from forked_apps.catalogue.models import Brand, Option, Product, ProductClass, ProductImage, ProductRecommendation
from forked_apps.checkout.models import CheckoutSession
from forked_apps.checkout.sessions import open_checkout
from forked_apps.order.models import Order
from forked_apps.partner.models import StockRecord
from forked_apps.partner.products import default_partner
from forked_apps.search.operations import rebuild
from forked_apps.voucher.models import Voucher
from nexus_shop.accounts.models import User
from nexus_shop.api.rest.tokens import log_in
from tests.factories.shop import (
    make_category,
    make_country,
    make_order,
    make_parent,
    make_product,
    make_user,
    make_voucher,
)
from tests.factories.staff import make_member, make_partner

# In the order in which they are made in an empty database.
MUG: Final = 1
PEN: Final = 2
ENGRAVED: Final = 3
PARENT: Final = 4
CHILD: Final = 5
WITHDRAWN: Final = 7
PRODUCTS: Final = (MUG, PEN, ENGRAVED, PARENT, CHILD, WITHDRAWN)
CATEGORY: Final = 1
#: Of the mug; so one number fills the whole address.
PICTURE: Final = 1
#: Two mugs and the delivery.
TOTAL: Final = "24.95"
GUEST_TOKEN: Final = "known-guest-token-0000000000000000000000000"
OTHER_TOKEN: Final = "known-token-of-another-guest-00000000000000"
ORDER: Final = "0" * 31 + "a"
OTHER_ORDER: Final = "0" * 31 + "b"
ORDER_LINE: Final = "0" * 31 + "c"
GUEST_CART: Final = "0" * 31 + "d"
CUSTOMER_CART: Final = "0" * 31 + "e"
OTHER_CART: Final = "0" * 31 + "f"
GUEST_LINE: Final = "1" * 31 + "a"
CUSTOMER_LINE: Final = "1" * 31 + "b"
OTHER_LINE: Final = "1" * 31 + "c"
GUEST_SAVED: Final = "2" * 31 + "a"
CUSTOMER_SAVED: Final = "2" * 31 + "b"
OTHER_SAVED: Final = "2" * 31 + "c"
ADDRESS: Final = "4" * 31 + "a"
OTHER_ADDRESS: Final = "4" * 31 + "b"
SHARED: Final = "3" * 31 + "a"
#: For everybody, once for each customer, over, and in the guest's and the customer's carts.
VOUCHERS: Final = ("SAVE", "ONCE", "OVER", "INSIDE")
PAYMENT: Final = "1" * 31 + "d"
CHECKOUT: Final = "0" * 31 + "8"
OTHER_CHECKOUT: Final = "0" * 31 + "9"
CUSTOMER_EMAIL: Final = "customer@example.com"
PASSWORD: Final = "secret-password"
ORDERS: Final = ("order_order", "order_line")
#: What counts requests, and what a refused request with an Idempotency-Key leaves behind.
#: Tables of goods whose first rows are brought back before each operation is tried.
KEPT: Final = (
    *("catalogue_product", "partner_stockrecord", "catalogue_productclass_options"),
    "catalogue_product_product_options",
)
BOOKKEEPING: Final = {"core_limitcounter", "core_idempotencyrecord"}


@dataclass(frozen=True)
class People:
    """Ids of the accounts, and access tokens that live as long as the tests."""

    customer: int
    other: int
    tokens: dict[str, str]


@contextmanager
def connected(name: str, blocker: Any) -> Iterator[None]:
    """Django's connection of this process leads to the database, for as long as the block runs."""
    settings_of = connection.settings_dict
    before = settings_of["NAME"]
    connection.close()
    settings_of["NAME"] = name
    try:
        with blocker.unblock():
            yield
            connection.close()
    finally:
        settings_of["NAME"] = before


def make_shop() -> People:
    """Countries, a category, products of every kind, of two sellers, and an account for each role."""
    _make_products()
    for code in VOUCHERS:
        make_voucher(code, usage=Voucher.ONCE_PER_CUSTOMER if code == "ONCE" else Voucher.MULTI_USE)
    Voucher.objects.filter(code="OVER").update(end_datetime=Now())
    customer = make_user(CUSTOMER_EMAIL, username="customer", first_name="Ann", last_name="Lee")
    other = make_user("other@example.com", username="other")
    staff = make_user("staff@example.com", username="staff", is_staff=True, is_superuser=True)
    seller = make_member("Partner staff", partner=default_partner())
    StockRecord.objects.filter(product_id=ENGRAVED).update(partner=make_partner("Another seller"))
    people = {"customer": customer, "staff": staff, "partner": seller}
    tokens = {role: log_in(user)["access"] for role, user in people.items()}
    return People(customer.pk, other.pk, tokens)


def _make_products() -> None:
    for code in ("US", "GB"):
        make_country(code)
    category = make_category("Kitchen")
    made = [
        make_product("Mug", stock=1_000_000, sku="MUG", category_ids=[category.pk]).pk,
        make_product("Pen", price="0.99", stock=3, sku="PEN").pk,
        _make_engraved().pk,
    ]
    with transaction.atomic():
        parent, children = make_parent("Shirt", {"S": ("15.00", 1_000_000), "M": ("16.00", 0)})
    Product.objects.filter(pk=made[0]).update(brand=Brand.objects.create(name="Oak", slug="oak"))
    ProductRecommendation.objects.create(primary_id=made[0], recommendation_id=made[1])
    picture = ProductImage.objects.create(product_id=made[0], original="images/none.png", caption="A mug")
    withdrawn = make_product("Gone")
    Product.objects.filter(pk=withdrawn.pk).update(is_public=False)
    made += [parent.pk, children[0].pk, withdrawn.pk]
    with transaction.atomic():
        rebuild(made)
    assert (*made, category.pk, picture.pk) == (*PRODUCTS, CATEGORY, PICTURE)
    with connection.cursor() as cursor:
        for table in KEPT:
            cursor.execute(f"CREATE TABLE kept_{table} AS TABLE {table}")


def _make_engraved() -> Product:
    """A product that wants to be told a text."""
    product = make_product("Ring", stock=1_000_000, sku="RING")
    option = Option.objects.create(name="Engraving", code="engraving", type=Option.TEXT, required=False)
    kind = ProductClass.objects.create(name="Engraved")
    kind.options.add(option)
    Product.objects.filter(pk=product.pk).update(product_class=kind)
    return product


def set_carts_and_orders(people: People) -> None:
    """Open carts and orders under the known names; what has had them before is renamed."""
    _forget_names()
    _bring_goods_back()
    mug = Product.objects.get(pk=MUG)
    owners = {
        GUEST_CART: (CartRef(), GUEST_TOKEN, GUEST_LINE),
        OTHER_CART: (CartRef(), OTHER_TOKEN, OTHER_LINE),
        CUSTOMER_CART: (CartRef(owner_id=people.customer), "", CUSTOMER_LINE),
    }
    Basket.objects.filter(owner_id=people.customer, status="Open").update(owner_id=None)
    for handle, (ref, token, line) in owners.items():
        cart = Basket.objects.get(pk=add_to_cart(ref, wanted=Wanted(MUG, 2), token=token).basket_id)
        Basket.objects.filter(pk=cart.pk).update(handle=handle)
        cart.lines.update(handle=line)
    for handle, token in ((CHECKOUT, GUEST_TOKEN), (OTHER_CHECKOUT, OTHER_TOKEN)):
        opened = open_checkout(CartRef(token_hash=hash_of_token(token)))
        CheckoutSession.objects.filter(pk=opened.session_id).update(handle=handle)
    _make_extras(people)
    for handle, user_id in ((ORDER, people.customer), (OTHER_ORDER, people.other)):
        order = make_order(mug, quantity=3, user=User.objects.get(pk=user_id))
        Order.objects.filter(pk=order.pk).update(handle=handle)
        if handle == ORDER:
            order.lines.update(handle=ORDER_LINE)
            order.sources.update(handle=PAYMENT)


def _make_extras(people: People) -> None:
    """What carts have beside lines, in those of the known names, and what is saved beside them."""
    inside = Voucher.objects.get(code="INSIDE")
    for handle in (GUEST_CART, CUSTOMER_CART):
        Basket.objects.get(handle=handle).vouchers.add(inside)
    SavedLine.objects.filter(owner_id=people.customer).delete()
    holders = {
        GUEST_SAVED: {"basket": Basket.objects.get(handle=GUEST_CART)},
        OTHER_SAVED: {"basket": Basket.objects.get(handle=OTHER_CART)},
        CUSTOMER_SAVED: {"owner_id": people.customer},
    }
    for name, holder in holders.items():
        made = SavedLine.objects.create(product_id=PEN, reference=f"{PEN}_0", quantity=2, **holder)
        SavedLine.objects.filter(pk=made.pk).update(handle=name)
    lines: list[dict[str, Any]] = [
        {"product_id": product, "quantity": 2, "options": {}} for product in (MUG, PEN, WITHDRAWN)
    ]
    UserAddress.objects.filter(user_id__in=(people.customer, people.other)).delete()
    for name, user_id in ((ADDRESS, people.customer), (OTHER_ADDRESS, people.other)):
        kept = UserAddress.objects.create(user_id=user_id, line1="1 Main St", line4="Town", country_id="US")
        UserAddress.objects.filter(pk=kept.pk).update(handle=name)
    shared = SharedCart.objects.create(lines=lines, expires_at=Now() + timedelta(days=30))
    SharedCart.objects.filter(pk=shared.pk).update(handle=SHARED)


def _bring_goods_back() -> None:
    """Let what was made first be for sale again, whatever staff have made of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE catalogue_product p
            SET (is_public, archived_at, publish_from, publish_until, structure, parent_id, product_class_id)
              = (k.is_public, k.archived_at, k.publish_from, k.publish_until, k.structure, k.parent_id,
                 k.product_class_id)
            FROM kept_catalogue_product k WHERE k.id = p.id;
            INSERT INTO partner_stockrecord SELECT * FROM kept_partner_stockrecord ON CONFLICT (id) DO UPDATE
            SET price = excluded.price, price_currency = excluded.price_currency, list_price = excluded.list_price,
                num_in_stock = GREATEST(excluded.num_in_stock, COALESCE(partner_stockrecord.num_allocated, 0));
            DELETE FROM catalogue_productclass_options o
            WHERE NOT EXISTS (SELECT 1 FROM kept_catalogue_productclass_options k WHERE k.id = o.id);
            DELETE FROM catalogue_product_product_options o
            WHERE NOT EXISTS (SELECT 1 FROM kept_catalogue_product_product_options k WHERE k.id = o.id)
            """
        )


def _forget_names() -> None:
    hashes = [hash_of_token(GUEST_TOKEN), hash_of_token(OTHER_TOKEN)]
    Basket.objects.filter(token_hash__in=hashes).update(token_hash=None)
    with connection.cursor() as cursor:
        carts = ("basket_basket", "basket_line", "basket_savedline", "basket_sharedcart", "checkout_checkoutsession")
        for table in (*carts, "payment_source", *ORDERS):
            cursor.execute(
                f"UPDATE {table} SET handle = md5(gen_random_uuid()::text) WHERE handle ~ '^(0|1|2|3)\\1{{30}}'"
            )


def snapshot(address: str) -> dict[str, tuple[int, Decimal]]:
    """Table -> number of rows and digest of all of them, for every table of the shop."""
    with psycopg.connect(address, options="-c max_parallel_workers_per_gather=0 -c jit=off") as database:  # halves it
        names = database.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
        ).fetchall()
        tables = [name for (name,) in names if name not in BOOKKEEPING]
        query = " UNION ALL ".join(
            f"SELECT '{table}', count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM \"{table}\" t"
            for table in tables
        )
        return {table: (rows, digest) for table, rows, digest in database.execute(query.encode()).fetchall()}
