"""What options and their choices cost, over the API: changed with a reason, and read in a ledger."""

from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from forked_apps.catalogue.models import AttributeOptionGroup, Option, OptionPriceChange
from tests.factories.http import client_of
from tests.factories.staff import make_member, make_partner

pytestmark = pytest.mark.django_db

OPTIONS = "/api/v1/admin/options/"
GROUPS = "/api/v1/admin/option-groups/"
CHANGES = "/api/v1/admin/prices/option-changes/"


@pytest.fixture
def staff() -> APIClient:
    return client_of(make_member("Staff"))


def rows(client: APIClient, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"{CHANGES}{query}").json()["results"]
    return found


def pounds(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "GBP"}


def test_price_of_an_option_is_changed_with_a_reason_and_read(staff: APIClient) -> None:
    made = staff.post(OPTIONS, {"name": "Gift note", "price": "2.50", "reason": "opening"}).json()
    assert "reason" not in made
    place = f"{OPTIONS}{made['id']}/"
    assert staff.patch(place, {"price": "3.00", "reason": "paper"}).status_code == 200
    whole = staff.get(place).json()
    assert staff.put(place, whole | {"price": "4.00", "reason": "ink"}).status_code == 200
    assert staff.delete(f"{place}?reason=closing").status_code == 204
    found = rows(staff)
    assert [(row["old_price"], row["new_price"], row["reason"]) for row in found] == [
        (pounds("4.00"), None, "closing"),
        (pounds("3.00"), pounds("4.00"), "ink"),
        (pounds("2.50"), pounds("3.00"), "paper"),
        (None, pounds("2.50"), "opening"),
    ]
    newest = found[0]
    assert newest["created_at"]
    assert newest["changed_by"]["name"]
    assert (newest["option"], newest["choice"], newest["option_group"]) == (made["id"], None, None)
    assert newest["name"] == "Gift note"


def test_prices_of_choices_are_changed_with_a_reason(staff: APIClient) -> None:
    made = staff.post(GROUPS, {"name": "Paper", "options": [{"option": "Gold", "price": "2.00"}, "Plain"]}).json()
    gold = made["options"][0]
    place = f"{GROUPS}{made['id']}/"
    change = {"options": [gold | {"price": "2.50"}, made["options"][1]], "reason": "spring"}
    assert staff.patch(place, change).status_code == 200
    assert staff.delete(place).status_code == 204
    told = [(row["choice"], row["option_group"], row["name"], row["reason"]) for row in rows(staff)]
    assert told == [(gold["id"], made["id"], "Paper: Gold", reason) for reason in ("api", "spring", "api")]


@pytest.mark.parametrize("reason", ["<script>x", "x" * 256, " ", 5])
def test_reason_is_words(staff: APIClient, reason: Any) -> None:
    option = Option.objects.create(name="Note", code="note", price=Decimal(1))
    group = AttributeOptionGroup.objects.create(name="Paper")
    for place, body in ((f"{OPTIONS}{option.pk}/", {"price": "2.00"}), (f"{GROUPS}{group.pk}/", {"options": []})):
        refused = staff.patch(place, body | {"reason": reason})
        assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/reason")
    refused = staff.delete(f"{OPTIONS}{option.pk}/?reason=<b>")
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (400, "reason")
    assert OptionPriceChange.objects.count() == 1


def test_ledger_is_filtered_and_goes_on(staff: APIClient) -> None:
    ids = [staff.post(OPTIONS, {"name": f"Note {n}", "price": "1.00"}).json()["id"] for n in range(3)]
    staff.post(GROUPS, {"name": "Paper", "options": [{"option": "Gold", "price": "2.00"}]})
    assert [row["option"] for row in rows(staff, f"?option={ids[1]}")] == [ids[1]]
    (gold,) = rows(staff, f"?option_group={AttributeOptionGroup.objects.get().pk}")
    assert rows(staff, f"?choice={gold['choice']}") == [gold]
    assert rows(staff, "?date_to=2020-01-01") == rows(staff, "?option=999999") == []
    assert len(rows(staff, "?date_from=2020-01-01")) == 4
    page, seen = staff.get(f"{CHANGES}?page_size=3").json(), []
    while page:
        seen += [row["id"] for row in page["results"]]
        page = staff.get(page["next"]).json() if page["next"] else None
    assert seen == [row["id"] for row in rows(staff)]
    assert staff.get(f"{CHANGES}?colour=red").json()["code"] == "unknown_parameter"
    assert staff.get(f"{CHANGES}?cursor=x").status_code == 400


def test_who_may_read_it(staff: APIClient) -> None:
    partner = client_of(make_member("Partner staff", partner=make_partner("Northern workshop")))
    clients = (staff, partner, client_of(make_member("customer")), APIClient())
    assert [client.get(CHANGES).status_code for client in clients] == [200, 403, 403, 401]
