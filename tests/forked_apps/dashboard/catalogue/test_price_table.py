"""Prices and stock of many products in one table: each row by itself, nothing overwritten that nobody has seen."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from forked_apps.catalogue.models import Brand, Category, Product, ProductClass
from forked_apps.partner.models import StockMovement, StockRecord
from nexus_shop.core.models import OutboxEvent
from tests.factories.shop import make_category, make_order, make_parent, make_product, make_user, stock_of
from tests.factories.staff import browser_of, make_member, make_partner
from tests.performance.statements import statements_of

pytestmark = pytest.mark.django_db

URL = "/dashboard/catalogue/prices/"


@pytest.fixture
def staff() -> Client:
    return browser_of(make_member("Staff"))


@pytest.fixture
def lamp() -> Product:
    return make_product("Lamp", price="10.00", stock=5, sku="LAMP")


@pytest.fixture
def bowl() -> Product:
    return make_product("Bowl", price="8.00", stock=2, sku="BOWL")


def filled(browser: Client, url: str = URL) -> dict[str, Any]:
    """What the page's table would send."""
    body: dict[str, Any] = {"record": []}
    for row in browser.get(url).context["rows"]:
        body["record"].append(row.form.record.pk)
        for field in row.form:
            shown = "" if field.value() is None else str(field.value())
            body |= {field.html_name: shown, field.html_initial_name: shown}
    return body


def edit(product: Product, **figures: Any) -> dict[str, Any]:
    record = StockRecord.objects.get(product=product)
    return {f"row-{record.pk}-{name}": value for name, value in figures.items()}


def figures_of(product: Product) -> tuple[str, str | None, int | None]:
    record = StockRecord.objects.get(product=product)
    list_price = None if record.list_price is None else str(record.list_price)
    return str(record.price), list_price, record.num_in_stock


def errors_of(answer: Any, product: Product) -> dict[str, list[str]]:
    row = next(row for row in answer.context["rows"] if row.form.record.product_id == product.pk)
    return {name: list(errors) for name, errors in row.form.errors.items()}


def test_rows_that_were_edited_are_saved_and_no_others(staff: Client, lamp: Product, bowl: Product) -> None:
    body = filled(staff) | edit(lamp, price="12.00", list_price="15.00", num_in_stock="9")

    answer = staff.post(URL, body)

    assert [row.is_saved for row in answer.context["rows"]] == [True, False]
    assert "1 row saved." in answer.content.decode()
    assert (figures_of(lamp), figures_of(bowl)) == (("12.00", "15.00", 9), ("8.00", None, 2))
    assert list(OutboxEvent.objects.order_by("pk").values_list("name", flat=True)) == ["PriceChanged", "StockAdjusted"]
    movement = StockMovement.objects.latest("pk")
    assert (movement.delta, movement.reason, movement.changed_by is not None) == (4, "dashboard", True)
    assert staff.get(f"/api/v1/products/{lamp.pk}/").json()["price"]["gross"] == "12.00"


def test_a_refused_row_leaves_the_others_written(staff: Client, lamp: Product, bowl: Product) -> None:
    body = filled(staff) | edit(lamp, price="12.00", num_in_stock="6") | edit(bowl, price="9.00")
    StockRecord.objects.filter(product=lamp).update(num_in_stock=4)  # one was sold since

    answer = staff.post(URL, body)

    said = "This has changed since it was shown: nothing of the row was saved."
    assert errors_of(answer, lamp) == {"__all__": [said]}
    page = answer.content.decode()
    assert "1 row saved." in page
    assert "1 row was not saved: see what is said there." in page
    assert "now 4" in page
    assert (figures_of(lamp), figures_of(bowl)) == (("10.00", None, 4), ("9.00", None, 2))


def test_who_has_seen_the_figures_of_now_may_send_the_row_again(staff: Client, lamp: Product) -> None:
    body = filled(staff) | edit(lamp, num_in_stock="6")
    StockRecord.objects.filter(product=lamp).update(num_in_stock=4)
    form = staff.post(URL, body).context["rows"][0].form
    pk = form.record.pk

    assert (form["num_in_stock"].value(), form.data[f"initial-row-{pk}-num_in_stock"]) == ("6", "4")
    staff.post(URL, {"record": pk} | form.data)

    assert figures_of(lamp) == ("10.00", None, 6)


def test_a_sale_does_not_stand_against_a_new_price(staff: Client, lamp: Product) -> None:
    body = filled(staff) | edit(lamp, price="11.00")
    StockRecord.objects.filter(product=lamp).update(num_in_stock=4)

    assert staff.post(URL, body).context["rows"][0].is_saved is True

    assert figures_of(lamp) == ("11.00", None, 4)


@pytest.mark.parametrize(
    ("figures", "field", "said"),
    [
        ({"price": "-1"}, "price", "A price is zero or more."),
        ({"price": "1.005"}, "price", "Ensure that there are no more than 2 decimal places."),
        ({"price": "NaN"}, "price", "Enter a number."),
        ({"price": "1e400"}, "price", "Ensure that there are no more than 12 digits in total."),
        ({"price": ""}, "price", "This field is required."),
        ({"price": "1\0"}, "price", "Enter a number."),
        ({"price": "<script>"}, "price", "Enter a number."),
        (
            {"list_price": "9.00"},
            "list_price",
            "The list price is the one before the reduction: above the price.",
        ),
        ({"num_in_stock": "-1"}, "num_in_stock", "Ensure this value is greater than or equal to 0."),
        ({"num_in_stock": "1.5"}, "num_in_stock", "Enter a whole number."),
        ({"num_in_stock": str(2**31)}, "num_in_stock", "Ensure this value is less than or equal to 2147483647."),
        ({"num_in_stock": ""}, "num_in_stock", "This field is required."),
        ({"num_in_stock": "2"}, "num_in_stock", "3 are promised to orders: cancel or ship them first."),
    ],
)
def test_senseless_figures_are_refused_at_their_row(
    staff: Client, lamp: Product, bowl: Product, figures: dict[str, str], field: str, said: str
) -> None:
    make_order(lamp, quantity=3)
    OutboxEvent.objects.all().delete()

    answer = staff.post(URL, filled(staff) | edit(lamp, **figures))

    assert said in errors_of(answer, lamp)[field]
    assert errors_of(answer, bowl) == {}
    assert 'value="<script>' not in answer.content.decode()
    assert figures_of(lamp) == ("10.00", None, 5)
    assert OutboxEvent.objects.count() == 0


def test_forged_figure_that_was_never_shown_is_refused(staff: Client, lamp: Product) -> None:
    pk = StockRecord.objects.get(product=lamp).pk
    for shown in ({}, {f"initial-row-{pk}-num_in_stock": "x"}, {f"initial-row-{pk}-num_in_stock": "999"}):
        staff.post(URL, {"record": pk, f"row-{pk}-num_in_stock": "7", f"row-{pk}-price": "10.00"} | shown)

    assert figures_of(lamp) == ("10.00", None, 5)


@pytest.mark.parametrize("record", ["x", "", "-1", "9" * 30, "1000000", "1\0"])
def test_unknown_rows_are_said_to_be_none(staff: Client, lamp: Product, record: str) -> None:
    answer = staff.post(URL, {"record": record})

    assert answer.status_code == 200
    assert "There is no such thing, or it is not yours to see." in answer.content.decode()
    assert figures_of(lamp) == ("10.00", None, 5)


def test_partner_staff_see_and_write_their_own_rows(lamp: Product, bowl: Product) -> None:
    partner = make_partner("Northern workshop")
    StockRecord.objects.filter(product=bowl).update(partner=partner)
    browser = browser_of(make_member("Partner staff", partner=partner))
    assert [row.form.record.product.title for row in browser.get(URL).context["rows"]] == ["Bowl"]
    foreign = StockRecord.objects.get(product=lamp).pk
    forged = {f"row-{foreign}-price": "1.00", f"initial-row-{foreign}-price": "10.00"}

    answer = browser.post(URL, filled(browser) | edit(bowl, price="9.00") | forged | {"record": [foreign]})

    assert answer.context["rows"] == []
    assert figures_of(lamp) == ("10.00", None, 5)
    browser.post(URL, filled(browser) | edit(bowl, price="9.00"))
    assert figures_of(bowl) == ("9.00", None, 2)


def test_who_may_only_look_writes_nothing(lamp: Product) -> None:
    viewer = make_user(is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_stockrecord"))
    browser = browser_of(viewer)

    assert "Save what was edited" not in browser.get(URL).content.decode()
    assert browser.post(URL, filled(browser) | edit(lamp, price="1.00")).status_code == 403
    assert browser_of(make_user(is_staff=True)).get(URL).status_code == 403
    assert figures_of(lamp) == ("10.00", None, 5)


def test_rows_are_found_by_category_brand_title_and_sku(staff: Client) -> None:
    light = make_category("Light")
    indoor = make_category("Indoor", light)
    make_product("Lamp", sku="LAMP", category_ids=[indoor.pk])
    make_product("Bowl", sku="BOWL")
    parent, _ = make_parent("Shirt", {"Blue": ("9.00", 3), "Red": ("9.00", 3)})
    parent.categories.add(Category.objects.get(pk=light.pk))
    brand = Brand.objects.create(name="Glow", slug="glow")
    Product.objects.filter(pk=parent.pk).update(brand=brand)

    found = {
        query: [row.form.record.product.title for row in staff.get(f"{URL}?{query}").context["rows"]]
        for query in (
            *("", f"category={light.pk}", f"category={indoor.pk}", f"brand={brand.pk}", "text=shirt", "text=bow"),
            *("category=x", "brand=0", "page=x", "page=99", "text=a%00b", f"text={'x' * 300}", "text=%25"),
        )
    }

    everything = ["Lamp", "Bowl", "Blue", "Red"]
    assert found == {
        "": everything,
        f"category={light.pk}": ["Lamp", "Blue", "Red"],
        f"category={indoor.pk}": ["Lamp"],
        f"brand={brand.pk}": ["Blue", "Red"],
        "text=shirt": ["Blue", "Red"],
        "text=bow": ["Bowl"],
        "text=%25": [],
        **dict.fromkeys(("category=x", "brand=0", "page=x", "page=99", "text=a%00b", f"text={'x' * 300}"), everything),
    }


def test_stock_that_is_not_counted_is_not_asked_for(staff: Client, lamp: Product) -> None:
    ProductClass.objects.update(track_stock=False)

    body = filled(staff) | edit(lamp, price="11.00", num_in_stock="77")

    assert staff.post(URL, body).context["rows"][0].is_saved is True
    assert figures_of(lamp) == ("11.00", None, 5)
    assert stock_of(lamp) == (5, 0)


def test_script_in_a_title_is_shown_as_text(staff: Client) -> None:
    make_product("<script>alert(1)</script>", sku="<b>x")

    page = staff.get(URL).content.decode()

    assert "<script>alert(1)" not in page
    assert "<b>x" not in page


def test_statements_do_not_grow_with_the_rows(staff: Client, lamp: Product) -> None:
    staff.get(URL)
    few, _ = statements_of(lambda: staff.get(URL))
    for _number in range(20):
        make_product()
    make_parent("Shirt", {"Blue": ("9.00", 3)})

    many, _ = statements_of(lambda: staff.get(URL))

    assert len(few) == len(many) <= 9


@pytest.mark.parametrize("shown", ["10.00", "sNaN"])
@pytest.mark.parametrize("figure", ["sNaN", "-Infinity"])
def test_price_that_is_no_number_is_refused(staff: Client, lamp: Product, figure: str, shown: str) -> None:
    edited = edit(lamp, price=figure)
    body = filled(staff) | edited | {f"initial-{name}": shown for name in edited}

    assert errors_of(staff.post(URL, body), lamp) == {"price": ["Enter a number."]}
    assert figures_of(lamp) == ("10.00", None, 5)
