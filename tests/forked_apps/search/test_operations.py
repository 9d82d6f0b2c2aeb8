"""Notes that cannot be worked off are set aside, and hold nothing else up."""

from datetime import timedelta
from io import StringIO

import orjson
import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from forked_apps.catalogue.models import Category, Product, ProductAttribute
from forked_apps.partner.models import StockRecord
from forked_apps.search import operations
from forked_apps.search.locks import LOCK_SPACE
from forked_apps.search.models import DocumentNote, NoteBatch, ParkedNote
from forked_apps.search.operations import rebuild_all, rebuild_noted, stale_products
from forked_apps.search.queries import backlog, product_detail
from tests.factories.shop import make_category, make_parent, make_product


def settle() -> None:
    """What the worker does."""
    while rebuild_noted():
        pass


def title_shown(product: Product) -> str:
    found = product_detail(product.pk, language="en")
    assert found is not None
    title: str = orjson.loads(found[0])["title"]
    return title


def break_document_of(product: Product) -> ProductAttribute:
    """Give the product an attribute of a type that nobody knows."""
    kind = product.product_class
    attribute = ProductAttribute.objects.create(name="Hue", code="hue", type="text", product_class=kind)
    attribute.save_value(product, "red")
    ProductAttribute.objects.filter(pk=attribute.pk).update(type="nonsense")
    return attribute


def rename(*products: Product) -> None:
    Product.objects.filter(pk__in=[product.pk for product in products]).update(title="New")


def parked() -> list[tuple[str, int]]:
    return list(ParkedNote.objects.order_by("kind", "ref").values_list("kind", "ref"))


@pytest.mark.django_db
def test_note_of_an_unknown_kind_is_left_to_a_later_version_and_holds_no_other_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(operations, "BATCH", 2)
    product = make_product("Thing")
    settle()
    for ref in range(3):
        DocumentNote.objects.create(kind="market", ref=ref)
    StockRecord.objects.filter(product=product).update(price=3)
    settle()
    assert stale_products() == []
    assert list(DocumentNote.objects.order_by("id").values_list("kind", "ref")) == [("market", n) for n in range(3)]
    assert (parked(), backlog()["notes"]) == ([], 3)


@pytest.mark.django_db
def test_a_change_of_one_product_does_not_wait_for_those_of_a_wide_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "BATCH", 4)
    shelf = make_category("Shelf")
    for number in range(8):
        make_product(f"Thing {number}", category_ids=[shelf.pk])
    other = make_product("Other")
    settle()
    DocumentNote.objects.create(kind="category", ref=shelf.pk)
    rebuild_noted()
    spread = list(DocumentNote.objects.order_by("id").values_list("kind", "ref"))
    DocumentNote.objects.create(kind="category", ref=shelf.pk)
    StockRecord.objects.filter(product=other).update(price=3)
    rebuild_noted()
    assert stale_products() == []
    waiting = list(DocumentNote.objects.order_by("id").values_list("kind", "ref"))
    assert (len(spread), waiting) == (8, [*spread[2:7], ("category", shelf.pk)])
    assert NoteBatch.objects.latest("id").notes == 4


@pytest.mark.django_db
def test_product_that_cannot_be_built_holds_no_other_up() -> None:
    broken, good = make_product("Broken"), make_product("Good")
    settle()
    attribute = break_document_of(broken)
    rename(broken, good)
    settle()
    assert (title_shown(broken), title_shown(good)) == ("Broken", "New")
    assert DocumentNote.objects.count() == 0
    assert parked() == [("product", broken.pk)]
    assert "value_nonsense" in ParkedNote.objects.get().last_error
    ProductAttribute.objects.filter(pk=attribute.pk).update(type="text")
    StockRecord.objects.filter(product=broken).update(price=3)
    settle()
    assert title_shown(broken) == "New"
    assert parked() == []
    assert stale_products() == []


@pytest.mark.django_db
def test_parked_parent_waits_for_its_own_rebuild_and_takes_its_children_along() -> None:
    with transaction.atomic():
        parent, (small, _) = make_parent("Shirt", {"S": ("20.00", 5), "L": ("30.00", 5)})
    settle()
    attribute = break_document_of(parent)
    rename(parent)
    StockRecord.objects.filter(product=small).update(price=3)
    settle()
    assert parked() == [("product", parent.pk), ("product", small.pk)]
    ProductAttribute.objects.filter(pk=attribute.pk).update(type="text")
    DocumentNote.objects.all().delete()
    StockRecord.objects.filter(product=small).update(price=4)
    settle()
    assert parked() == [("product", parent.pk)]
    ParkedNote.objects.create(kind="product", ref=small.pk)
    Product.objects.filter(pk=parent.pk).update(title="Newer")
    settle()
    assert parked() == []
    assert stale_products() == []


@pytest.mark.django_db
def test_wide_note_is_parked_no_longer_when_it_comes_again() -> None:
    top, other = make_category("Top"), make_category("Other")
    settle()
    ParkedNote.objects.create(kind="category", ref=top.pk)
    ParkedNote.objects.create(kind="category", ref=other.pk)
    Category.objects.filter(pk=top.pk).update(name="Summit")
    settle()
    assert parked() == [("category", other.pk)]


@pytest.mark.django_db
def test_commands_name_what_cannot_be_built_and_rebuild_the_rest() -> None:
    broken, good = make_product("Broken"), make_product("Good")
    settle()
    attribute = break_document_of(broken)
    rename(good)
    DocumentNote.objects.all().delete()
    ParkedNote.objects.create(kind="market", ref=1)
    with pytest.raises(CommandError, match=f"1 notes are parked.*product {broken.pk} .*value_nonsense"):
        call_command("documents", "rebuild")
    assert title_shown(good) == "New"
    with pytest.raises(CommandError, match=f"product {broken.pk} "):
        call_command("documents", "verify")
    said = StringIO()
    call_command("documents", "status", stdout=said)
    assert "notes: 0\n" in said.getvalue()
    assert "parked: 1\n" in said.getvalue()
    ProductAttribute.objects.filter(pk=attribute.pk).update(type="text")
    assert rebuild_all() == 2
    assert parked() == []
    call_command("documents", "verify")


@pytest.mark.usefixtures("own_database")
def test_notes_stay_where_the_database_is_busy() -> None:
    product = make_product("Thing")
    settle()
    rename(product)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [LOCK_SPACE, product.pk])
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
        with pytest.raises(OperationalError):
            rebuild_noted()
        notes = {("product", product.pk), ("product_name", product.pk)}
        assert set(DocumentNote.objects.values_list("kind", "ref")) == notes
        assert parked() == []
        with pytest.raises(OperationalError):
            rebuild_all()
        assert parked() == []
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock_all()")
    finally:
        other.close()
    settle()
    assert title_shown(product) == "New"


@pytest.mark.django_db
def test_what_wide_notes_become_has_waited_as_long_as_they() -> None:
    shelf = make_category("Shelf")
    make_product("Thing", category_ids=[shelf.pk])
    settle()
    long_ago = timezone.now() - timedelta(hours=1)
    DocumentNote.objects.create(kind="category", ref=shelf.pk, noted_at=long_ago)
    assert 3599 < backlog()["oldest_note_seconds"] < 3700
    assert rebuild_noted() == 1
    note = DocumentNote.objects.get()
    assert (note.kind, note.noted_at) == ("product", long_ago)
    settle()
    state = backlog()
    assert (state["notes"], state["oldest_note_seconds"]) == (0, 0.0)
    assert 3599 < state["last_lag_seconds"] < 3700
    assert 0 < state["p95_lag_seconds"] <= state["last_lag_seconds"]


@pytest.mark.django_db
def test_the_last_batches_are_remembered_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (backlog()["last_lag_seconds"], backlog()["p95_lag_seconds"]) == (None, None)
    monkeypatch.setattr(operations, "KEPT_BATCHES", 2)
    product = make_product("Thing")
    for _ in range(5):
        rename(product)
        StockRecord.objects.filter(product=product).update(price=StockRecord.objects.get(product=product).price + 1)
        settle()
    assert NoteBatch.objects.count() == 3  # the newest, and two before it
    out = StringIO()
    call_command("documents", "status", stdout=out)
    assert [line.split(":")[0] for line in out.getvalue().splitlines()] == [
        *("notes", "oldest_note_seconds", "documents", "last_lag_seconds", "p95_lag_seconds", "parked"),
        "documents in en",
    ]
