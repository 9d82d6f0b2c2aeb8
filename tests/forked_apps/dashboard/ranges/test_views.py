"""The products of a range in the dashboard: lists of SKUs, typed or in a file."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from forked_apps.catalogue.models import Product
from forked_apps.offer.models import Range, RangeProduct, RangeProductFileUpload
from tests.factories.pictures import plain
from tests.factories.shop import make_product
from tests.factories.staff import browser_of, make_member

pytestmark = pytest.mark.django_db

NO_TEXT = {"file_upload": ["This is no text file with SKUs."]}


@pytest.fixture
def staff() -> Client:
    return browser_of(make_member("Staff"))


@pytest.fixture
def spring() -> Range:
    made: Range = Range.objects.create(name="Spring")
    return made


@pytest.fixture
def mug() -> Product:
    return make_product("Mug", sku="MÜG")


def post(browser: Client, chosen: Range, action: str, **body: Any) -> Any:
    return browser.post(f"/dashboard/ranges/{chosen.pk}/products/", {"action": action, **body})


def send(browser: Client, chosen: Range, content: bytes, **body: Any) -> Any:
    file = SimpleUploadedFile("skus.csv", content, content_type="text/csv")
    return post(browser, chosen, "add_products", file_upload=file, **body)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
@pytest.mark.parametrize("kind", ["included", ""])
def test_file_of_skus_is_read_whatever_program_wrote_it(
    staff: Client, spring: Range, mug: Product, encoding: str, kind: str
) -> None:
    answer = send(staff, spring, "MÜG,NONE\r\n".encode(encoding), upload_type=kind)

    assert answer.status_code == 302
    assert list(spring.all_products()) == [mug]
    assert RangeProductFileUpload.objects.values_list("num_new_skus", "num_unknown_skus").get() == (1, 1)


def test_file_of_what_is_left_out(staff: Client, spring: Range, mug: Product) -> None:
    Range.objects.update(includes_all_products=True)
    file = SimpleUploadedFile("skus.csv", "MÜG".encode())

    answer = post(staff, spring, "add_excluded_products", file_upload=file, upload_type="excluded")

    assert answer.status_code == 302
    assert list(spring.excluded_products.all()) == [mug]


@pytest.mark.parametrize(
    "content", [plain(), b"MUG\0", b"\x81\xff", b"\n\n", "MÜG".encode("utf-16"), b'"' + b"x" * 200_000]
)
def test_file_that_is_no_text_is_refused_at_its_field(staff: Client, spring: Range, content: bytes) -> None:
    answer = send(staff, spring, content, upload_type="included")

    assert answer.status_code == 200
    assert answer.context["form"].errors == NO_TEXT
    assert "This is no text file with SKUs." in answer.content.decode()
    assert not RangeProductFileUpload.objects.exists()


def test_file_that_is_too_large_is_refused(staff: Client, spring: Range) -> None:
    answer = send(staff, spring, b"x" * 5_000_001, upload_type="included")

    assert answer.context["form"].errors == {"file_upload": ["This file is too large."]}


def test_list_that_there_is_not_is_refused(staff: Client, spring: Range, mug: Product) -> None:
    answer = send(staff, spring, "MÜG".encode(), upload_type="foreign")

    assert answer.status_code == 200
    assert answer.context["form"].errors == {"__all__": ["There is no such list of products."]}
    assert not spring.all_products().exists()


def test_skus_that_cannot_be_read_beside_a_file_are_refused(staff: Client, spring: Range, mug: Product) -> None:
    answer = send(staff, spring, "MÜG".encode(), upload_type="included", query="MUG\0")

    assert list(answer.context["form"].errors) == ["query"]


def test_products_that_there_are_not_are_not_removed(staff: Client, spring: Range, mug: Product) -> None:
    spring.add_product(mug)
    spring.excluded_products.add(make_product("Cup"))

    for action in ("remove_selected_products", "remove_excluded_products"):
        assert post(staff, spring, action, selected_product=["abc", "9" * 30]).status_code == 302

    assert list(spring.all_products()) == [mug]
    assert spring.excluded_products.count() == 1
    assert post(staff, spring, "remove_selected_products", selected_product=["abc", mug.pk]).status_code == 302
    assert not RangeProduct.objects.exists()


def test_products_are_put_in_order(staff: Client, spring: Range, mug: Product) -> None:
    cup = make_product("Cup")
    for product in (mug, cup):
        spring.add_product(product)

    answer = staff.post(f"/dashboard/ranges/{spring.pk}/reorder/", {"product": ["abc", f"00{cup.pk}", mug.pk]})

    assert answer.status_code == 200
    assert list(RangeProduct.objects.order_by("display_order").values_list("product", flat=True)) == [cup.pk, mug.pk]


def test_page_says_sku(staff: Client, spring: Range, mug: Product) -> None:
    spring.add_product(mug)

    page = staff.get(f"/dashboard/ranges/{spring.pk}/products/").content.decode()

    assert "SKU</th>" in page
    assert "UPC" not in page
    assert [str(message) for message in get_messages(staff.get("/dashboard/ranges/").wsgi_request)] == []
