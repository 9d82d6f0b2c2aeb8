"""Setting up shipping methods."""

from decimal import Decimal

import pytest

from forked_apps.shipping import operations
from forked_apps.shipping.drafts import MethodDraft
from forked_apps.shipping.errors import ShippingMethodRefused
from forked_apps.shipping.models import ShippingMethod
from forked_apps.shipping.operations import change_shipping_method, create_shipping_method, delete_shipping_method
from forked_apps.shipping.pricing import Band
from forked_apps.shipping.queries import METHODS, shipping_method, shipping_methods
from nexus_shop.core.errors import ListFull, NameTaken, NotFound, StaleVersion
from nexus_shop.core.rules import rules_token
from tests.factories.shop import make_country, make_order, make_product

pytestmark = pytest.mark.django_db

D = Decimal
PARCEL = MethodDraft(
    "Parcel",
    kind="weight",
    price=D("1.50"),
    free_over=D("100.00"),
    countries=("GB", "US"),
    postcodes=("SW1", "EC"),
    bands=(Band(D("2.000"), D("4.90")), Band(D("20.000"), D("12.50"))),
)


@pytest.fixture(autouse=True)
def _countries() -> None:
    for code in ("GB", "US", "DE"):
        make_country(code)


def test_created_method_is_offered_as_it_was_described() -> None:
    stored = shipping_method(create_shipping_method(PARCEL))
    assert (stored.code, stored.draft) == ("parcel", PARCEL)
    assert [method.name for method in METHODS.at(rules_token())] == ["Parcel"]


def test_changed_method_keeps_its_code_and_what_was_not_named() -> None:
    pk = create_shipping_method(PARCEL)
    first = shipping_method(pk).version
    change_shipping_method(pk, changes={"name": "Heavy parcel", "countries": ("DE",)}, version=first)
    stored = shipping_method(pk)
    assert (stored.code, stored.draft.name, stored.draft.countries) == ("parcel", "Heavy parcel", ("DE",))
    assert stored.draft.bands == PARCEL.bands
    assert stored.version != first
    with pytest.raises(StaleVersion):
        change_shipping_method(pk, changes={"name": "Late"}, version=first)
    with pytest.raises(StaleVersion):
        delete_shipping_method(pk, version=first)
    assert shipping_method(pk) == stored


def test_strategy_changes_with_its_figures() -> None:
    pk = create_shipping_method(PARCEL)
    before = shipping_method(pk)
    with pytest.raises(ShippingMethodRefused):
        change_shipping_method(pk, changes={"kind": "flat"})
    assert shipping_method(pk) == before
    change_shipping_method(pk, changes={"kind": "flat", "bands": ()})
    assert shipping_method(pk).draft.bands == ()


def test_names_are_unique_whatever_the_case() -> None:
    create_shipping_method(PARCEL)
    pk = create_shipping_method(MethodDraft("Letter"))
    with pytest.raises(NameTaken):
        create_shipping_method(MethodDraft("PARCEL"))
    with pytest.raises(NameTaken):
        change_shipping_method(pk, changes={"name": " parcel "})
    assert [stored.draft.name for stored in shipping_methods()] == ["Letter", "Parcel"]
    change_shipping_method(pk, changes={"name": "LETTER"})


def test_country_that_is_none_is_not_found() -> None:
    with pytest.raises(NotFound) as missing:
        create_shipping_method(MethodDraft("Parcel", countries=("GB", "XX")))
    assert missing.value.pointer == "/countries/1"
    assert not ShippingMethod.objects.exists()


def test_list_of_methods_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "MAX_METHODS", 1)
    create_shipping_method(PARCEL)
    with pytest.raises(ListFull):
        create_shipping_method(MethodDraft("Letter"))
    assert ShippingMethod.objects.count() == 1


def test_deleted_method_is_gone_and_orders_keep_it() -> None:
    pk = create_shipping_method(MethodDraft("Letter", price=D("2.00")))
    order = make_order(make_product(), shipping_method="letter")
    delete_shipping_method(pk)
    order.refresh_from_db()
    assert (order.shipping_method, order.shipping_incl_tax) == ("Letter", D("2.00"))
    assert METHODS.at(rules_token()) == ()
    for again in (delete_shipping_method, shipping_method):
        with pytest.raises(NotFound):
            again(pk)
    with pytest.raises(NotFound):
        change_shipping_method(pk, changes={})
