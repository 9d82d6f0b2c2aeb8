"""Orders as those see them who work for one of the partners: their lines, and nothing that they do not need."""

import csv
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from forked_apps.catalogue.models import Product
from forked_apps.order.models import Line, Order, OrderNote
from forked_apps.partner.models import StockRecord
from forked_apps.payment.models import Source
from nexus_shop.accounts.models import User
from tests.factories.shop import make_order, make_product, make_user, stock_of
from tests.factories.staff import browser_of, make_member, make_partner
from tests.forked_apps.dashboard.orders.pages import said_by
from tests.performance.statements import statements_of

pytestmark = pytest.mark.django_db


class Scene:
    """An order of two lines: `ours` is the partner's, `theirs` another's. And an order without us."""

    def __init__(self) -> None:
        self.partner = make_partner("Northern workshop")
        self.member: User = make_member("Partner staff", partner=self.partner)
        self.ours_product: Product = make_product("Our lamp", price="10.00", stock=5)
        self.theirs_product: Product = make_product("Their bowl", price="33.00", stock=5)
        StockRecord.objects.filter(product=self.ours_product).update(partner=self.partner)
        customer = make_user("zoe@example.com", first_name="Zoe")
        self.order: Order = make_order(self.ours_product, self.theirs_product, quantity=2, user=customer)
        self.ours: Line = self.order.lines.get(product=self.ours_product)
        self.theirs: Line = self.order.lines.get(product=self.theirs_product)
        self.foreign: Order = make_order(self.theirs_product)
        self.browser: Client = browser_of(self.member)
        self.url = f"/dashboard/orders/{self.order.number}/"

    def act(self, **body: Any) -> list[str]:
        """Post to the order's page; the messages."""
        self.browser.cookies.pop("messages", None)
        answer = self.browser.post(self.url, body)
        return said_by(answer)

    def on(self, line: Line, quantity: int = 2, **body: Any) -> list[str]:
        """Act on a line."""
        return self.act(**{"selected_line": line.pk, f"selected_line_qty_{line.pk}": quantity, **body})


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_list_shows_orders_with_own_lines_and_of_these_the_own_lines(scene: Scene) -> None:
    page = scene.browser.get("/dashboard/orders/")

    assert [order.number for order in page.context["orders"]] == [scene.order.number]
    text = page.content.decode()
    assert "2 × Our lamp" in text
    assert "Their bowl" not in text
    assert "zoe@example.com" not in text
    assert "90.95" not in text


def test_order_shows_own_lines_and_where_they_go_and_no_more(scene: Scene) -> None:
    text = scene.browser.get(scene.url).content.decode()

    assert "Our lamp" in text
    assert "£20.00" in text
    assert "1 Main St" in text
    for hidden in ("Their bowl", "66.00", "90.95", "zoe@example.com", "payment", "Update", "shipping-address", "notes"):
        assert hidden not in text, hidden


def test_order_page_of_partner_staff_asks_for_nothing_that_it_does_not_show(scene: Scene) -> None:
    statements, answer = statements_of(lambda: scene.browser.get(scene.url))

    assert not {"payment_form", "refund_form", "refunds", "moves", "due"} & answer.context.keys()
    assert not [sql for sql in statements if 'FROM "payment_' in sql]


def test_order_without_own_lines_is_not_found(scene: Scene) -> None:
    url = f"/dashboard/orders/{scene.foreign.number}/"

    assert scene.browser.get(url).status_code == 404
    assert scene.browser.post(url, {"order_action": "save_note", "message": "x"}).status_code == 404
    assert scene.browser.get("/dashboard/orders/", {"order_number": scene.foreign.number}).status_code == 200


def test_lines_of_others_are_not_found(scene: Scene) -> None:
    foreign = scene.foreign.lines.get()

    assert scene.browser.get(f"{scene.url}lines/{scene.ours.pk}/").status_code == 200
    assert scene.browser.get(f"{scene.url}lines/{scene.theirs.pk}/").status_code == 404
    assert scene.browser.get(f"{scene.url}lines/{foreign.pk}/").status_code == 404
    assert scene.browser.get(f"/dashboard/orders/{scene.foreign.number}/lines/{foreign.pk}/").status_code == 404


def test_search_does_not_tell_of_lines_of_others(scene: Scene) -> None:
    def found(**query: str) -> int:
        return len(scene.browser.get("/dashboard/orders/", query).context["orders"])

    assert found(product_title="Our lamp") == 1
    assert found(product_title="Their bowl") == 0
    assert found(partner_sku=scene.theirs.partner_sku) == 0
    assert found(upc=scene.theirs.upc) == 0
    assert found(name="Nobody") == 1  # not a field of theirs: it narrows nothing
    assert found(voucher="NONE") == 1


def test_own_lines_are_moved_and_shipped_and_others_stay(scene: Scene) -> None:
    assert scene.on(scene.ours, line_action="change_line_statuses", new_status="processing") == [
        "Moved to 'processing'."
    ]
    assert scene.on(scene.ours, line_action="create_shipping_event", shipping_event_type="shipped") == [
        "Recorded: Shipped."
    ]

    scene.ours.refresh_from_db()
    scene.theirs.refresh_from_db()
    assert (scene.ours.units, scene.theirs.units) == ({"shipped": 2}, {"pending": 2})
    assert Order.objects.get(pk=scene.order.pk).status == "pending"
    assert (stock_of(scene.ours_product), stock_of(scene.theirs_product)) == ((3, 0), (5, 3))
    assert {note.user for note in OrderNote.objects.all()} == {scene.member}
    assert '<span class="status status-shipped">shipped</span>' in scene.browser.get(scene.url).content.decode()


def test_bulk_move_moves_own_lines_only(scene: Scene) -> None:
    body = {
        "action": "change_order_statuses",
        "selected_order": [scene.order.pk, scene.foreign.pk],
        "new_status": "cancelled",
    }

    answer = scene.browser.post("/dashboard/orders/", body)

    assert [str(message) for message in get_messages(answer.wsgi_request)] == ["1 order moved to 'cancelled'."]
    units = dict(Line.objects.values_list("pk", "units"))
    assert units[scene.ours.pk] == {"cancelled": 2}
    assert units[scene.theirs.pk] == {"pending": 2}
    assert units[scene.foreign.lines.get().pk] == {"pending": 1}


def test_bulk_move_of_nothing_movable_is_a_message(scene: Scene) -> None:
    body = {"action": "change_order_statuses", "selected_order": scene.order.pk, "new_status": "delivered"}

    answer = scene.browser.post("/dashboard/orders/", body)

    refusal = "The order cannot move to this status now. From here it can move to: cancelled, processing."
    assert [str(each) for each in get_messages(answer.wsgi_request)] == [f"#{scene.order.number}: {refusal}"]


@pytest.mark.parametrize("action", ["change_line_statuses", "create_shipping_event"])
def test_lines_of_others_cannot_be_moved(scene: Scene, action: str) -> None:
    for line in (scene.theirs, scene.foreign.lines.get()):
        messages = scene.on(line, line_action=action, new_status="processing", shipping_event_type="shipped")
        assert "Invalid lines requested" in messages

    assert list(Line.objects.exclude(pk=scene.ours.pk).values_list("units", flat=True)) == [
        {"pending": 2},
        {"pending": 1},
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"order_action": "change_order_status", "new_status": "cancelled"},
        {"order_action": "create_order_payment_event", "amount": "1.00"},
        {"order_action": "save_note", "message": "Hello"},
        {"order_action": "delete_note", "note_id": "1"},
    ],
)
def test_actions_on_the_whole_order_are_for_staff(scene: Scene, body: dict[str, str]) -> None:
    assert scene.act(**body) == ["Invalid action"]

    order = Order.objects.get(pk=scene.order.pk)
    assert (order.status, order.version, order.notes.count()) == ("pending", 1, 0)
    assert Source.objects.get(order=order).amount_debited == 0


def test_delivery_address_and_notes_pages_are_for_staff(scene: Scene) -> None:
    assert scene.browser.get(f"{scene.url}shipping-address/").status_code == 403
    assert scene.browser.post(f"{scene.url}shipping-address/", {"line1": "Mine"}).status_code == 403
    assert scene.browser.get(f"{scene.url}notes/1/").status_code == 403

    scene.order.refresh_from_db()
    assert scene.order.shipping_address.line1 == "1 Main St"


def test_csv_has_no_customers_and_no_totals(scene: Scene) -> None:
    answer = scene.browser.post(
        "/dashboard/orders/",
        {"action": "download_selected_orders", "selected_order": [scene.order.pk, scene.foreign.pk]},
    )

    header, row = csv.reader(answer.content.decode().splitlines())
    told = {name: value for name, value in zip(header, row, strict=True) if value and name != "Date of purchase"}
    assert told == {
        "Order number": scene.order.number,
        "Number of items": "2",
        "Order status": "pending",
        "Deliver to name": "Ann Lee",
    }


def test_statistics_add_up_own_lines_only(scene: Scene) -> None:
    page = scene.browser.get("/dashboard/orders/statistics/")

    assert (page.context["total_orders"], page.context["total_lines"]) == (1, 1)
    assert str(page.context["total_revenue"]) == "20.00"
    assert list(page.context["order_status_breakdown"]) == [{"status": "pending", "freq": 1}]


def test_first_page_tells_of_own_goods_only(scene: Scene) -> None:
    page = scene.browser.get("/dashboard/")

    figures = page.context["figures"]
    assert (figures.partners, figures.lines, figures.products) == (["Northern workshop"], [("pending", 1)], 1)
    assert "90.95" not in page.content.decode()


def test_member_of_no_partner_sees_nothing() -> None:
    make_order(make_product("Lamp"))
    browser = browser_of(make_member("Partner staff"))

    assert len(browser.get("/dashboard/orders/").context["orders"]) == 0
    assert "Lamp" not in browser.get("/dashboard/catalogue/").content.decode()
    assert browser.get("/dashboard/").status_code == 200
