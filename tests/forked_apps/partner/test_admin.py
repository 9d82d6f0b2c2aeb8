"""Django admin shows the stock and its ledger, and changes neither."""

import pytest

from forked_apps.partner.models import StockMovement, StockRecord
from tests.factories.shop import make_product, make_user, stock_of
from tests.factories.staff import browser_of

pytestmark = pytest.mark.django_db


def test_stock_and_ledger_are_only_looked_at() -> None:
    mug = make_product("Mug", stock=5)
    browser = browser_of(make_user(is_staff=True, is_superuser=True))
    rows = {"stockrecord": StockRecord.objects.get().pk, "stockmovement": StockMovement.objects.get().pk}
    for name, pk in rows.items():
        path = f"/admin/partner/{name}/"
        assert browser.get(path).status_code == 200
        assert browser.get(f"{path}{pk}/change/").status_code == 200
        for refused in (f"{path}add/", f"{path}{pk}/change/", f"{path}{pk}/delete/"):
            assert browser.post(refused, {"num_in_stock": 9, "delta": 9, "post": "yes"}).status_code == 403
    assert stock_of(mug) == (5, 0)
    assert list(StockMovement.objects.values_list("delta", flat=True)) == [5]
