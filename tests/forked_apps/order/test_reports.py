"""The report on orders, where customers are gone."""

import csv

import pytest

from tests.factories.shop import make_order, make_product, make_user
from tests.factories.staff import browser_of, make_member

pytestmark = pytest.mark.django_db

PATH = "/dashboard/reports/"


@pytest.mark.parametrize("download", ["", "on"])
def test_order_of_a_deleted_account_is_reported(download: str) -> None:
    customer = make_user("gone@example.com", first_name="Ann", last_name="Gone")
    gone, kept = make_order(make_product(), user=customer), make_order(make_product(), user=make_user(first_name="Bob"))
    customer.delete()
    question = {"report_type": "order_report", "date_from": "2000-01-01", "date_to": "2999-12-31"}

    answer = browser_of(make_member("Admin")).get(PATH, question | ({"download": download} if download else {}))

    assert answer.status_code == 200
    text = answer.content.decode()
    assert gone.number in text
    if download:
        rows = list(csv.reader(text.lstrip("\ufeff").splitlines()))
        assert rows[0] == ["Order number", "Name", "Email", "Total incl. tax", "Date placed"]
        assert {row[0]: row[1] for row in rows[1:]} == {gone.number: "-", kept.number: "Bob"}
