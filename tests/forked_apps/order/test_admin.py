"""Django's admin shows what belongs to orders, and changes none of it."""

from collections.abc import Callable
from typing import Any

import pytest

from forked_apps.order.models import BillingAddress, CommunicationEvent, Order, OrderNote, ShippingAddress
from tests.factories.shop import make_order, make_product, make_user
from tests.factories.staff import browser_of

pytestmark = pytest.mark.django_db


def billing_address(order: Order) -> BillingAddress:
    address = ShippingAddress.objects.get(order=order)
    return BillingAddress.objects.create(line1="1 Paid Street", line4="Town", country=address.country)


def message(order: Order) -> CommunicationEvent:
    from forked_apps.communication.models import CommunicationEventType

    kind = CommunicationEventType.objects.create(code="CHECK", name="Check")
    made: CommunicationEvent = CommunicationEvent.objects.create(order=order, event_type=kind)
    return made


PARTS: dict[str, Callable[[Order], Any]] = {
    "shippingaddress": lambda order: ShippingAddress.objects.get(order=order),
    "billingaddress": billing_address,
    "ordernote": lambda order: OrderNote.objects.create(order=order, message="Call first"),
    "communicationevent": message,
}


@pytest.mark.parametrize("name", PARTS)
def test_part_of_an_order_is_only_looked_at(name: str) -> None:
    part = PARTS[name](make_order(make_product()))
    browser = browser_of(make_user(is_staff=True, is_superuser=True))
    path = f"/admin/order/{name}/{part.pk}"
    before = type(part).objects.filter(pk=part.pk).values().get()

    assert browser.get(f"{path}/change/").status_code == 200
    assert browser.post(f"{path}/change/", {"line1": "Elsewhere", "message": "x"}).status_code == 403
    assert browser.post(f"{path}/delete/", {"post": "yes"}).status_code == 403
    assert browser.get(f"/admin/order/{name}/add/").status_code == 403

    assert type(part).objects.filter(pk=part.pk).values().get() == before
