"""Downloads of reports."""

from typing import Any

import pytest

from forked_apps.basket.models import Basket
from tests.factories.shop import make_order, make_product, make_user
from tests.factories.staff import browser_of, make_member

pytestmark = pytest.mark.django_db

PATH = "/dashboard/reports/"
FORMULA = '=HYPERLINK("https://evil.example")'


def download(report: str, **more: str) -> Any:
    return browser_of(make_member("Admin")).get(PATH, {"report_type": report, "download": "on", **more})


@pytest.mark.parametrize("report", ["order_report", "user_analytics", "open_baskets"])
def test_name_of_a_customer_is_no_formula(report: str) -> None:
    customer = make_user(first_name=FORMULA)
    make_order(make_product(), user=customer)
    Basket.objects.create(owner=customer)
    from forked_apps.analytics.models import UserRecord

    UserRecord.objects.get_or_create(user=customer)

    answer = download(report)

    assert answer.status_code == 200
    text = answer.content.decode()
    assert "'=HYPERLINK" in text
    assert text.count("=HYPERLINK") == text.count("'=HYPERLINK")


@pytest.mark.parametrize("report", ["order_report", "open_baskets", "submitted_baskets"])
@pytest.mark.parametrize("dates", [("0001-01-01", "9999-12-31"), ("2026-01-01", "9999-12-31")])
def test_ends_of_the_calendar_are_refused(report: str, dates: tuple[str, str]) -> None:
    answer = download(report, date_from=dates[0], date_to=dates[1])

    assert answer.status_code == 200
    assert "date_to" in answer.context["form"].errors
