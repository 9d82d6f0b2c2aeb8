"""Merchants say what options and their choices cost."""

from decimal import Decimal

import pytest
from django.test import Client

from forked_apps.catalogue.models import AttributeOption, AttributeOptionGroup, Option, OptionPriceChange
from tests.factories.staff import browser_of, make_member
from tests.forked_apps.dashboard.catalogue.forms import filled

pytestmark = pytest.mark.django_db
OPTION = {"name": "Engraving", "type": "text", "order": "1", "help_text": "", "option_group": ""}


@pytest.fixture
def browser() -> Client:
    return browser_of(make_member("Staff"))


@pytest.mark.parametrize(("entered", "price"), [("4.50", "4.50"), ("", "0.00"), ("0", "0.00")])
def test_option_gets_its_price(browser: Client, entered: str, price: str) -> None:
    answer = browser.post("/dashboard/catalogue/option/create/", OPTION | {"price": entered})
    assert answer.status_code == 302
    assert Option.objects.get().price == Decimal(price)


@pytest.mark.parametrize("entered", ["-1", "1.005", "NaN", "sNaN", "a lot", "99999999999.00"])
def test_price_that_is_none_is_refused(browser: Client, entered: str) -> None:
    answer = browser.post("/dashboard/catalogue/option/create/", OPTION | {"price": entered})
    assert answer.status_code == 200
    assert "price" in answer.context["form"].errors
    assert not Option.objects.exists()


def test_choices_get_their_prices(browser: Client) -> None:
    assert "Extra price" in browser.get("/dashboard/catalogue/attribute-option-group/create/").content.decode()
    rows = {"options-TOTAL_FORMS": "3", "options-INITIAL_FORMS": "0", "name": "Wrapping"}
    rows |= {"options-0-option": "Paper", "options-0-price": "1.50", "options-1-option": "None", "options-1-price": ""}
    rows |= {"options-2-option": "", "options-2-price": "0"}
    url = "/dashboard/catalogue/attribute-option-group/create/"
    refused = browser.post(url, rows | {"options-2-price": "sNaN"}).context["attribute_option_formset"]
    assert refused.errors[2] == {"option": ["This field is required."], "price": ["Enter a number."]}
    answer = browser.post(url, rows)
    assert answer.status_code == 302, answer.context["attribute_option_formset"].errors
    group = AttributeOptionGroup.objects.get(name="Wrapping")
    found = AttributeOption.objects.filter(group=group).order_by("pk").values_list("option", "price")
    assert list(found) == [("Paper", Decimal("1.50")), ("None", Decimal("0.00"))]


@pytest.mark.parametrize(
    ("kind", "with_group", "reason"),
    [
        ("select", False, "An option group is required"),
        ("text", True, "Only what is chosen from a list has an option group."),
    ],
)
def test_group_that_is_missing_or_too_much_is_told_at_its_field(
    browser: Client, kind: str, with_group: bool, reason: str
) -> None:
    group = AttributeOptionGroup.objects.create(name="Papers").pk if with_group else ""

    answer = browser.post("/dashboard/catalogue/option/create/", OPTION | {"type": kind, "option_group": group})

    assert answer.context["form"].errors == {"option_group": [reason]}
    assert not Option.objects.exists()


def told() -> list[tuple[str, str, str]]:
    """(old price, new price, reason) of each change that a known account has made, oldest first."""
    rows = OptionPriceChange.objects.filter(changed_by__isnull=False).order_by("pk")
    return [(str(row.old_price), str(row.new_price), row.reason) for row in rows]


def test_price_of_an_option_is_changed_with_a_reason_or_without(browser: Client) -> None:
    browser.post("/dashboard/catalogue/option/create/", OPTION | {"price": "4.50"})
    url = f"/dashboard/catalogue/option/{Option.objects.get().pk}/update/"
    assert 'name="reason"' in browser.get(url).content.decode()
    refused = browser.post(url, filled(browser, url) | {"price": "5.00", "reason": "<script>x"})
    assert refused.context["form"].errors == {"reason": ["This text may have no markup."]}
    assert browser.post(url, filled(browser, url) | {"price": "5.00", "reason": "gold"}).status_code == 302
    browser.post(url.replace("update", "delete"))
    assert not Option.objects.exists()
    assert told() == [("None", "4.50", "dashboard"), ("4.50", "5.00", "gold"), ("5.00", "None", "dashboard")]


def test_price_of_a_choice_is_changed_with_a_reason_or_without(browser: Client) -> None:
    group = AttributeOptionGroup.objects.create(name="Wrapping")
    AttributeOption.objects.create(group=group, option="Paper")
    url = f"/dashboard/catalogue/attribute-option-group/{group.pk}/update/"
    changes = {"options-0-price": "1.50", "options-1-option": "Silk", "options-1-price": "3.00", "reason": "gold"}
    assert browser.post(url, filled(browser, url) | changes).status_code == 302
    browser.post(url.replace("update", "delete"))
    assert not AttributeOptionGroup.objects.exists()
    assert sorted(told()) == [
        *(("0.00", "1.50", "gold"), ("1.50", "None", "dashboard"), ("3.00", "None", "dashboard")),
        ("None", "3.00", "gold"),
    ]
