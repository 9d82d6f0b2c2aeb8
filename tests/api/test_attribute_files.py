"""Files that attributes name are looked for before the transaction, and only where they are new."""

from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection
from rest_framework.test import APIClient

from forked_apps.catalogue.attachments import store_attachment
from forked_apps.catalogue.models import Product, ProductClass
from tests.factories.catalogue import make_attribute
from tests.factories.http import client_of
from tests.factories.shop import make_product
from tests.factories.staff import make_member

pytestmark = pytest.mark.django_db(transaction=True)

PATH = "/api/v1/admin/products/"
MISSING = f"attributes/{'0' * 64}.pdf"


@pytest.fixture
def staff() -> APIClient:
    return client_of(make_member("Staff"))


@pytest.fixture
def thing() -> Product:
    """A product of a class with a file."""
    make_attribute(ProductClass.objects.create(name="Things", slug="things"), "manual", "file")
    return make_product("Thing", sku="T", facts={"product_class": "Things"})


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bool]]:
    """The names that the storage was asked for, each with whether a transaction was open."""
    names: list[tuple[str, bool]] = []
    exists = FileSystemStorage.exists

    def noted(storage: Any, name: str) -> bool:
        names.append((name, connection.in_atomic_block))
        return exists(storage, name)

    monkeypatch.setattr(FileSystemStorage, "exists", noted)
    return names


def test_storage_is_asked_before_the_transaction(
    staff: APIClient, thing: Product, asked: list[tuple[str, bool]]
) -> None:
    first, second, third = (store_attachment(f"manual {n}".encode(), kind="file") for n in range(3))
    asked.clear()
    key = {"Idempotency-Key": "k"}
    body = {"title": "New", "product_class": "things", "attributes": {"manual": first}}
    assert staff.post(PATH, body, headers=key).status_code == 201
    assert staff.patch(f"{PATH}{thing.pk}/", {"attributes": {"manual": second}}, headers=key).status_code == 200
    row = {"sku": "T", "attributes": {"manual": third}}
    assert staff.put(f"{PATH}bulk/", {"products": [row]}).json()["results"][0]["status"] == "updated"
    assert asked == [(first, False), (second, False), (third, False)]
    read = staff.get(f"{PATH}{thing.pk}/").json()
    assert read["attributes"] == {"manual": third}


def test_file_that_is_not_there_is_refused(staff: APIClient, thing: Product) -> None:
    entry = {"attributes": {"manual": MISSING}}
    answers = [
        staff.post(PATH, {"title": "New", "product_class": "things", **entry}),
        staff.patch(f"{PATH}{thing.pk}/", entry),
        staff.put(f"{PATH}{thing.pk}/", {"title": "Thing", **entry}),
        staff.patch(f"{PATH}{thing.pk}/", {"attributes": [{"code": "manual", "value": MISSING}]}),
    ]
    assert [(each.status_code, each.json()["code"], each.json()["errors"][0]["pointer"]) for each in answers] == [
        *[(422, "product_value_refused", "/attributes/manual")] * 3,
        (422, "product_value_refused", "/attributes/0/value"),
    ]
    rows = [{"sku": "T", **entry}, {"sku": "NEW", "title": "New", "product_class": "things", **entry}]
    for row in staff.put(f"{PATH}bulk/", {"products": rows}).json()["results"]:
        assert (row["code"], row["pointer"]) == ("product_value_refused", "/attributes/manual")
    assert staff.patch(f"{PATH}999999/", entry).status_code == 404
    assert (Product.objects.count(), thing.attribute_values.count()) == (1, 0)


def test_file_that_the_storage_has_lost_is_written_back(
    staff: APIClient, thing: Product, asked: list[tuple[str, bool]]
) -> None:
    name = store_attachment(b"lost soon", kind="file")
    path = f"{PATH}{thing.pk}/"
    assert staff.patch(path, {"attributes": {"manual": name}}).status_code == 200
    default_storage.delete(name)
    asked.clear()
    read = staff.get(path).json()
    assert staff.put(path, read).json() == read
    assert asked == []
