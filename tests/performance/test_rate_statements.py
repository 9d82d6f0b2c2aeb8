"""The statements by which staff read shipping methods and tax rates do not grow with their number."""

from decimal import Decimal

import pytest

from forked_apps.shipping.drafts import MethodDraft
from forked_apps.shipping.operations import create_shipping_method
from forked_apps.shipping.pricing import Band
from nexus_shop.markets.models import TaxRate
from tests.factories.http import client_of
from tests.factories.shop import make_country, make_user
from tests.performance.statements import statements_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("count", [1, 3])
def test_lists_and_details_of_rates(count: int) -> None:
    make_country("US")
    for number in range(count):
        bands = (Band(Decimal(2), Decimal(4)), Band(Decimal(5), Decimal(9)))
        method = create_shipping_method(MethodDraft(f"Parcel {number}", kind="weight", countries=("US",), bands=bands))
        rate = TaxRate.objects.create(name=f"Rate {number}", country="US", state=f"S{number}", rate=0)
    staff = client_of(make_user(is_staff=True, is_superuser=True))
    counts = {}
    for path in ("shipping-methods/", f"shipping-methods/{method}/", "tax-rules/", f"tax-rules/{rate.pk}/"):
        statements, answer = statements_of(lambda path=path: staff.get(f"/api/v1/admin/{path}"))  # type: ignore[misc]
        assert answer.status_code == 200
        counts[path.split("/")[0], path.count("/")] = len(statements)
    assert counts == {("shipping-methods", 1): 4, ("shipping-methods", 2): 4, ("tax-rules", 1): 2, ("tax-rules", 2): 2}
