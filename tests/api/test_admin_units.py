"""What a piece holds, written by staff, and the price per unit that follows."""

import pytest
from rest_framework.test import APIClient

from tests.factories.http import client_of, new_client
from tests.factories.shop import make_user

PATH = "/api/v1/admin/products/"


@pytest.mark.django_db
def test_price_per_unit_follows_what_a_piece_holds() -> None:
    staff: APIClient = client_of(make_user(is_staff=True, is_superuser=True))
    place = staff.post(PATH, {"title": "Oil", "price": "9.00", "unit": {"measure": "l", "content": "0.75"}}).headers[
        "Location"
    ]
    shown = f"/api/v1/products/{place.split('/')[-2]}/"
    per_litre = new_client().get(shown).json()["unit_price"]
    assert (per_litre["measure"], per_litre["reference"], per_litre["price"]["gross"]) == ("l", "1", "12.00")
    assert staff.get(place).json()["unit"] == {"measure": "l", "content": "0.75", "reference": "1"}
    assert staff.patch(place, {"unit": None}).json()["unit"] is None
    assert new_client().get(shown).json()["unit_price"] is None
