"""Stock in the dashboard: what is shown, what is written, and whose it is."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.test import Client

from forked_apps.catalogue.models import Product, ProductClass
from forked_apps.partner.models import StockMovement, StockRecord
from forked_apps.partner.operations import change_terms
from tests.factories.shop import make_order, make_product, make_user, stock_of
from tests.factories.staff import browser_of, make_member, make_partner
from tests.performance.statements import statements_of

pytestmark = pytest.mark.django_db

URL = "/dashboard/stock/"


def record_of(product: Product) -> StockRecord:
    return StockRecord.objects.get(product=product)


def post(browser: Client, record: StockRecord, **body: Any) -> list[str]:
    """Post a row's form; the message of what was done, or what is said at the fields of the form shown again."""
    browser.cookies.pop("messages", None)
    answer = browser.post(f"{URL}?low=on", {"stock_record": record.pk, **body})
    told = [str(message) for message in get_messages(answer.wsgi_request)]
    if answer.status_code == 302:
        assert answer["Location"] == f"{URL}?low=on"
        return told
    assert told == [f"{record.product.get_title()}: not saved, see what is said there."]
    row = next(row for row in answer.context["rows"] if row["record"] == record)
    forms = [row["adjustment"], row["terms"]]
    return [f"{name}: {error}" for form in forms for name, errors in form.errors.items() for error in errors]


@pytest.fixture
def staff() -> Client:
    return browser_of(make_member("Staff"))


@pytest.fixture
def mug() -> Product:
    return make_product("Mug", stock=5, sku="MUG")


def test_stock_is_set_with_a_reason_and_the_figure_that_was_shown(staff: Client, mug: Product) -> None:
    record = record_of(mug)
    body = {"action": "adjust", "expected": 5, "num_in_stock": 7, "kind": "delivery", "reason": "Monday's van"}
    assert post(staff, record, **body) == ["Mug: saved."]
    assert post(staff, record, **body) == ["num_in_stock: The stock has changed meanwhile. Now there are 7."]
    assert stock_of(mug) == (7, 0)
    newest = StockMovement.objects.latest("pk")
    assert (newest.delta, newest.kind, newest.reason) == (2, "delivery", "Monday's van")
    assert newest.changed_by is not None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reason": ""}, "reason: This field is required."),
        ({"reason": "<script>x"}, "reason: This text may have no markup."),
        ({"num_in_stock": "-1"}, "num_in_stock: Ensure this value is greater than or equal to 0."),
        ({"num_in_stock": str(2**31)}, "num_in_stock: Ensure this value is less than or equal to 2147483647."),
        ({"num_in_stock": "2"}, "num_in_stock: 3 are promised to orders. Cancel or ship them first."),
        ({"kind": "shipment"}, "kind: Select a valid choice. shipment is not one of the available choices."),
        ({"expected": "abc"}, "expected: Open the page again: it is not whole."),
        ({"expected": "-1"}, "expected: Open the page again: it is not whole."),
    ],
)
def test_what_is_refused_changes_nothing(staff: Client, mug: Product, changes: dict[str, str], said: str) -> None:
    make_order(mug, quantity=3)
    body = {"action": "adjust", "expected": 5, "num_in_stock": 9, "kind": "adjustment", "reason": "x"} | changes
    assert post(staff, record_of(mug), **body) == [said]
    assert stock_of(mug) == (5, 3)
    assert StockMovement.objects.count() == 1


def test_refused_row_keeps_what_was_typed_and_shows_the_figure_of_now(staff: Client, mug: Product) -> None:
    record = record_of(mug)
    body = {"action": "adjust", "num_in_stock": "-4", "kind": "delivery", "reason": "Monday's van"}

    page = staff.post(URL, {"stock_record": record.pk, "expected": 4, **body}).content.decode()
    overtaken = staff.post(URL, {"stock_record": record.pk, "expected": 4, **body, "num_in_stock": "9"})

    assert 'value="-4"' in page
    assert "Monday&#x27;s van" in page
    assert 'name="expected" value="5"' in overtaken.content.decode()
    assert post(staff, record, **body | {"expected": 5, "num_in_stock": "9"}) == ["Mug: saved."]


def test_terms_that_were_edited_are_written_and_no_others(staff: Client, mug: Product) -> None:
    record = record_of(mug)
    change_terms(record.pk, changes={"low_stock_threshold": 9})  # since the page was shown
    shown = {"initial-backorder_limit": "0", "initial-low_stock_threshold": "", "initial-expected_on": ""}
    body = {"action": "terms", "backorder_limit": "4", "low_stock_threshold": "", "expected_on": "2099-05-01"}
    assert post(staff, record, **body, **shown) == ["Mug: saved."]
    record.refresh_from_db()
    assert (record.backorder_limit, str(record.expected_on), record.low_stock_threshold) == (4, "2099-05-01", 9)
    refused = post(staff, record, **body | {"expected_on": "0001-01-01"}, **shown)
    assert refused == ["expected_on: Dates go from 1900 to 2999."]


def test_search_and_senseless_questions(staff: Client, mug: Product) -> None:
    cup = make_product("Cup", stock=1, sku="CUP")
    change_terms(record_of(cup).pk, changes={"low_stock_threshold": 2})
    found = {
        query: [record.product.upc for record in staff.get(f"{URL}?{query}").context["records"]]
        for query in ("", "sku=MUG", "low=on", "partner=999", "page=x", "page=99", "sku=a%00b")
    }
    assert found == {
        "": ["MUG", "CUP"],
        "sku=MUG": ["MUG"],
        "low=on": ["CUP"],
        **{query: ["MUG", "CUP"] for query in ("partner=999", "page=x", "page=99", "sku=a%00b")},
    }
    for body in ({"stock_record": "x"}, {"stock_record": 2**40}, {"stock_record": 1_000_000}, {"action": "melt"}):
        assert staff.post(URL, {"stock_record": record_of(mug).pk, "action": "adjust"} | body).status_code == 404


def test_partner_staff_work_on_their_own(mug: Product) -> None:
    partner = make_partner("Northern workshop")
    lamp = make_product("Lamp", stock=3, sku="LAMP")
    StockRecord.objects.filter(product=lamp).update(partner=partner)
    for product in (mug, lamp):
        make_order(product)
    browser = browser_of(make_member("Partner staff", partner=partner))

    assert [record.product.upc for record in browser.get(URL).context["records"]] == ["LAMP"]
    movements = browser.get(f"{URL}movements/?stock_record={record_of(mug).pk}").context["movements"]
    assert list(movements) == []
    assert [row.sku for row in browser.get(f"{URL}reservations/").context["holdings"]] == ["LAMP"]
    body = {"action": "adjust", "expected": 3, "num_in_stock": 4, "kind": "return", "reason": "came back"}
    assert post(browser, record_of(lamp), **body) == ["Lamp: saved."]
    assert browser.post(URL, {"stock_record": record_of(mug).pk, **body}).status_code == 404
    assert (stock_of(lamp), stock_of(mug)) == ((4, 1), (5, 1))


def test_who_may_only_look_changes_nothing(mug: Product) -> None:
    looker = make_user(is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_stockrecord"))
    browser = browser_of(looker)
    page = browser.get(URL).content.decode()
    assert "Mug" in page
    assert 'name="action"' not in page
    assert browser.post(URL, {"stock_record": record_of(mug).pk, "action": "adjust"}).status_code == 403
    assert browser_of(make_user(is_staff=True)).get(URL).status_code == 403


def test_what_is_not_counted_has_no_figure(staff: Client, mug: Product) -> None:
    ProductClass.objects.update(track_stock=False)
    page = staff.get(URL).content.decode()
    assert "Not counted" in page
    assert f"id_num_in_stock_{record_of(mug).pk}" not in page


@pytest.mark.parametrize("record", ["0" * 5000, "9" * 5000, "9" * 11, "x", "１"])
def test_movements_of_what_is_no_number_are_all(staff: Client, mug: Product, record: str) -> None:
    shown = staff.get(f"{URL}movements/?stock_record={record}")
    assert (shown.status_code, len(shown.context["movements"])) == (200, 1)
    assert staff.post(URL, {"stock_record": record, "action": "adjust"}).status_code == 404


def test_movements_and_reservations_are_shown(staff: Client, mug: Product) -> None:
    order = make_order(mug, quantity=2)
    page = staff.get(f"{URL}movements/?sku=MUG&kind=initial&date_from=2020-01-01").content.decode()
    assert "+5" in page
    assert "+5" not in staff.get(f"{URL}movements/?kind=shipment").content.decode()
    held = staff.get(f"{URL}reservations/?sku=MUG").content.decode()
    assert order.number in held
    assert "Nothing is held" in staff.get(f"{URL}reservations/?sku=CUP").content.decode()


@pytest.mark.parametrize(("path", "count"), [("", 8), ("movements/", 7), ("reservations/", 7)])
def test_lists_cost_the_same_whatever_they_show(path: str, count: int) -> None:
    partner = make_partner("Northern workshop")
    browser = browser_of(make_member("Partner staff", partner=partner))
    browser.get(f"{URL}{path}")
    counts = []
    for _ in range(2):
        for _ in range(3):
            lamp = make_product(stock=3)
            StockRecord.objects.filter(product=lamp).update(partner=partner)
            make_order(lamp)
        statements, answer = statements_of(lambda: browser.get(f"{URL}{path}"))
        assert answer.status_code == 200
        counts.append(len(statements))
    assert counts == [count, count]
