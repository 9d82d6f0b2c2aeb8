"""Values of attributes from JSON: every type of Oscar's, exactly."""

from io import BytesIO
from typing import Any, Final

import pytest
from django.core.files.storage import default_storage
from django.db import connection, transaction
from PIL import Image

from forked_apps.catalogue.attachments import MAX_BYTES, store_attachment
from forked_apps.catalogue.attributes import ensure_stored, set_attributes
from forked_apps.catalogue.errors import AttributeRequired, AttributeUnknown, ValueRefused
from forked_apps.catalogue.models import Product, ProductAttribute, ProductAttributeValue, ProductClass
from forked_apps.catalogue.products import add_whole_product, change_product
from forked_apps.search.operations import stale_products
from tests.factories.catalogue import make_attribute, make_group
from tests.factories.http import new_client
from tests.factories.shop import make_parent, make_product

pytestmark = pytest.mark.django_db

PLAIN: Final = ("text", "richtext", "integer", "float", "boolean", "date", "datetime", "entity", "file", "image")


def png(**options: Any) -> bytes:
    data = BytesIO()
    Image.new("RGB", (3, 2), "red").save(data, "PNG", **options)
    return data.getvalue()


@pytest.fixture
def thing() -> Product:
    """A product of a class with an attribute of each type, which have their type's name."""
    made = make_product("Thing", product_class="Things")
    things = ProductClass.objects.get(name="Things")
    for kind in PLAIN:
        make_attribute(things, kind, kind)
    group = make_group("Sizes", ("S", "M", "L"))
    for kind in ("option", "multi_option"):
        make_attribute(things, kind, kind, option_group=group)
    return made


def values(product: Product) -> dict[str, Any]:
    body = new_client().get(f"/api/v1/products/{product.pk}/").json()
    return {each["code"]: each["value"] for each in body["attributes"]}


def test_each_type_is_written_shown_and_written_back(thing: Product) -> None:
    manual = store_attachment(b"%PDF-1.7 manual", kind="file")
    picture = store_attachment(png(), kind="image")
    change_product(
        thing.pk,
        changes={
            "attributes": {
                "text": " Steel ",
                "richtext": "<b>x</b><script>y</script>",
                "integer": -7,
                "float": 1.5,
                "boolean": False,
                "date": "2026-02-28",
                "datetime": "2026-02-28T12:00:00+02:00",
                "entity": {"type": "product", "id": thing.pk},
                "option": "M",
                "multi_option": ["L", "S", "L"],
                "file": manual,
                "image": picture,
            }
        },
    )
    shown = values(thing)
    assert shown == {
        "text": "Steel",
        "richtext": "<b>x</b>",
        "integer": -7,
        "float": 1.5,
        "boolean": False,
        "date": "2026-02-28",
        "datetime": "2026-02-28T10:00:00Z",
        "entity": {"type": "product", "id": thing.pk},
        "option": "M",
        "multi_option": ["S", "L"],
        "file": f"/media/{manual}",
        "image": f"/media/{picture}",
    }
    with transaction.atomic():
        assert set_attributes(Product.objects.get(pk=thing.pk), shown) is False
        assert set_attributes(Product.objects.get(pk=thing.pk), {"multi_option": ["M"], "integer": 0}) is True
    change_product(thing.pk, changes={"attributes": dict.fromkeys(shown)})
    assert (values(thing), ProductAttributeValue.objects.count(), stale_products()) == ({}, 0, [])


def test_attributes_that_are_not_named_stay(thing: Product) -> None:
    change_product(thing.pk, changes={"attributes": {"text": "Steel", "integer": 1}})
    change_product(thing.pk, changes={"attributes": {"integer": 2, "multi_option": ["S"]}})
    assert values(thing) == {"text": "Steel", "integer": 2, "multi_option": ["S"]}
    change_product(thing.pk, changes={"attributes": {"text": "", "multi_option": []}})
    assert values(thing) == {"integer": 2}


REFUSED: Final[dict[str, list[Any]]] = {
    "text": [5, True, ["x"], {}, "x" * 10_001, "a\0b", "a\ud800", "<script>x</script>", "a <b>b"],
    "richtext": [5, "x" * 50_001, "\0"],
    "integer": ["5", 5.0, True, 2**31, -(2**31) - 1, 2**63, [], "１"],
    "float": ["1.5", True, float("nan"), float("inf"), 10**400, []],
    "boolean": [1, 0, "true", "", []],
    "date": ["2026-02-30", "2026-2-3", "20260203", "2026-W05-1", "", 5, "2026-02-03T00:00:00Z"],
    "datetime": [
        *("2026-02-03", "2026-02-03T00:00:00", "2026-W05-1T00:00:00Z", "0001-01-01T00:00:00+23:00", "soon", 5),
    ],
    "option": ["XL", "s", 1, ["S"], "", True, {"option": "S"}],
    "multi_option": ["S", ["XL"], [1], [["S"]], ["S"] * 201, {"S": 1}],
    "entity": [
        *({"type": "user", "id": 1}, {"type": "product", "id": 999_999}, {"id": 1}, 5, "x", []),
        *({"type": "product", "id": True}, {"type": [], "id": 1}, {"type": "brand", "id": 2**63}),
    ],
    "file": [
        f"attributes/{'0' * 64}.png",
        "manual.pdf",
        "../../etc/passwd",
        "attributes/x.pdf",
        5,
        False,
        "https://a.example/x.pdf",
    ],
    "image": [f"attributes/{'0' * 64}.pdf", f"attributes/{'0' * 64}.svg", {"url": "x"}],
}
BAD: Final = [(code, value) for code, values in REFUSED.items() for value in values]


@pytest.mark.parametrize(("code", "value"), BAD, ids=[f"{code}-{n}" for n, (code, _) in enumerate(BAD)])
def test_value_of_another_kind_is_refused(thing: Product, code: str, value: Any) -> None:
    with pytest.raises(ValueRefused) as refusal:
        change_product(thing.pk, changes={"title": "Never", "attributes": {code: value}})
    assert refusal.value.pointer == f"/attributes/{code}"
    thing.refresh_from_db()
    assert (thing.title, ProductAttributeValue.objects.count()) == ("Thing", 0)


@pytest.mark.parametrize(("code", "pointer"), [("colour", "/attributes/colour"), ("a/b~", "/attributes/a~1b~0")])
def test_unknown_attribute_is_refused(thing: Product, code: str, pointer: str) -> None:
    with pytest.raises(AttributeUnknown) as refusal:
        change_product(thing.pk, changes={"attributes": {"text": "Steel", code: "red"}})
    assert (refusal.value.pointer, ProductAttributeValue.objects.count()) == (pointer, 0)


def test_required_attribute_is_there_from_the_beginning_to_the_end(thing: Product) -> None:
    ProductAttribute.objects.filter(code="text").update(required=True)
    change_product(thing.pk, changes={"title": "Named"})  # what was there before the rule can be changed all the same
    with pytest.raises(AttributeRequired) as refusal:
        change_product(thing.pk, changes={"attributes": {"integer": 5}})
    assert refusal.value.pointer == "/attributes/text"
    change_product(thing.pk, changes={"attributes": {"text": "Steel"}})
    for empty in (None, "", "  "):
        with pytest.raises(AttributeRequired):
            change_product(thing.pk, changes={"attributes": {"text": empty}})
    assert values(thing) == {"text": "Steel"}
    with transaction.atomic(), pytest.raises(AttributeRequired):
        add_whole_product({"title": "New", "product_class": "Things"})


def test_required_attribute_of_a_variant_may_be_its_parents() -> None:
    with transaction.atomic():
        parent, [small, large] = make_parent("Shirt", {"S": ("20.00", 5), "L": ("20.00", 5)}, product_class="Shirts")
    make_attribute(ProductClass.objects.get(name="Shirts"), "material", required=True)
    with pytest.raises(AttributeRequired):
        change_product(small.pk, changes={"attributes": {"material": None}})
    change_product(parent.pk, changes={"attributes": {"material": "Cotton"}})
    change_product(small.pk, changes={"attributes": {"material": "Wool"}})
    with pytest.raises(AttributeRequired):
        change_product(parent.pk, changes={"attributes": {"material": None}})
    change_product(large.pk, changes={"attributes": {"material": "Silk"}})
    change_product(parent.pk, changes={"attributes": {"material": None}})
    assert (values(small), values(large)) == ({"material": "Wool"}, {"material": "Silk"})


def test_files_are_stored_once_under_names_of_their_content() -> None:
    first, second = (store_attachment(b"%PDF-1.7 manual", kind="file") for _ in range(2))
    assert first == second
    with default_storage.open(first) as file:
        assert file.read() == b"%PDF-1.7 manual"
    assert store_attachment("Grüße\n".encode(), kind="file").endswith(".txt")


def test_file_that_is_not_there_is_looked_for_unless_the_product_has_it() -> None:
    manual, lost = store_attachment(b"%PDF-1.7 manual", kind="file"), f"attributes/{'0' * 64}.pdf"
    ensure_stored({"file": manual, "text": "attributes/x.pdf", "integer": 5, "image": None})
    ensure_stored({"file": lost}, lambda: {"file": lost})
    with pytest.raises(ValueRefused) as refusal:
        ensure_stored({"text": "x", "a/b": lost}, lambda: {"file": lost})
    assert refusal.value.pointer == "/attributes/a~1b"


def test_pictures_tell_nothing_of_the_camera() -> None:
    exif = Image.Exif()
    exif[0x010E] = "at home"
    name = store_attachment(png(exif=exif), kind="image")
    with default_storage.open(name) as file, Image.open(file) as stored:
        assert (stored.size, dict(stored.getexif())) == ((3, 2), {})


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "file"),
        (b"\x7fELF\xff", "file"),
        (b"a\0b", "file"),
        (b"x" * (MAX_BYTES + 1), "file"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image"),
        (b"<html>", "image"),
        (png()[:40], "image"),
        (b"GIF89a" + b"\0" * 20, "image"),
    ],
)
def test_files_of_other_kinds_are_not_taken(content: bytes, kind: str) -> None:
    with pytest.raises(ValueRefused) as refusal:
        store_attachment(content, kind=kind, pointer="/file")
    assert refusal.value.pointer == "/file"


def test_html_is_stored_as_text() -> None:
    assert store_attachment(b"<script>alert(1)</script>", kind="file").endswith(".txt")


def test_attribute_written_in_plain_sql_is_followed(thing: Product) -> None:
    change_product(thing.pk, changes={"attributes": {"integer": 1}})
    with connection.cursor() as cursor:
        cursor.execute("UPDATE catalogue_productattributevalue SET value_integer = 2")
    assert stale_products() == [thing.pk]
