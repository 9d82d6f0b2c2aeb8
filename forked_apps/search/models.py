"""The read side: one finished document per product, and the notes of what has become stale."""

from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Now

from nexus_shop.core.columns import TransactionId

from . import offer_triggers, triggers  # noqa: F401 - the proxies with the triggers are models of this app
from .counting import COUNTED
from .entries import ENTERED

# What a product without a price sorts by: it stands last, whichever way a list is ordered by price.
DEAREST = Decimal("9999999999.99")
CHEAPEST = Decimal(-1)


def _listed(name: str, *columns: Any, **conditions: bool) -> models.Index:
    """An index of the documents that lists show, or of some of them."""
    return models.Index("market", "language", *columns, condition=Q(is_listed=True, **conditions), name=name)


class ProductDocument(models.Model):
    """The finished JSON of one product in one market and language, with the columns that lists filter and sort by.

    `product_id` is no foreign key: a product deleted in plain SQL must not fail on its document, which the note of
    the deletion removes. Texts hold JSON as it goes out; `etag` is the digest of `detail`. `stock_record_id` is that
    whose price is shown; from `fresh_until` on the document is stale by the clock alone. `attribute_tokens` are
    `code=value` or `code#number`, a parent's with its variants'. `popularity`, the units ordered of late, is a job's
    and no builder's.
    """

    id = models.BigAutoField(primary_key=True)
    product_id = models.BigIntegerField()
    market = models.CharField(max_length=32, default="default")
    language = models.CharField(max_length=10)
    is_public = models.BooleanField()
    is_listed = models.BooleanField()
    slug = models.CharField(max_length=255)
    sku = models.CharField(max_length=64, null=True)  # noqa: DJ001 - unknown is not empty
    title_key = models.CharField(max_length=255)
    price = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    in_stock = models.BooleanField()
    on_sale = models.BooleanField(db_default=False)
    brand_id = models.BigIntegerField(null=True)
    rating = models.FloatField(db_default=0.0)
    popularity = models.PositiveIntegerField(db_default=0)
    attribute_tokens = ArrayField(models.TextField(), db_default=[])
    category_ids = ArrayField(models.BigIntegerField())
    date_created = models.DateTimeField()
    card = models.TextField()
    attributes = models.TextField()
    detail = models.TextField()
    etag = models.CharField(max_length=32)
    stock_record_id = models.BigIntegerField(null=True)
    fresh_until = models.DateTimeField(null=True)
    built_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product_id", "market", "language"], name="one_document")]
        indexes = [
            models.Index(fields=["market", "language", "slug"], name="document_by_slug"),
            models.Index(fields=["market", "language", "sku"], name="document_by_sku"),
            _listed("listed_by_date", F("date_created").desc(), F("product_id").desc()),
            _listed("listed_by_price", Coalesce("price", Value(DEAREST)), "product_id"),
            _listed("listed_by_price_down", Coalesce("price", Value(CHEAPEST)), "product_id"),
            _listed("listed_by_title", "title_key", "product_id"),
            _listed("listed_by_rating", "rating", "product_id"),
            _listed("listed_by_popularity", "popularity", "product_id"),
            _listed("listed_by_brand", "brand_id", F("date_created").desc(), F("product_id").desc()),
            _listed("listed_on_sale", F("date_created").desc(), F("product_id").desc(), on_sale=True),
            _listed("listed_sold_out", F("date_created").desc(), F("product_id").desc(), in_stock=False),
            GinIndex(
                fields=["category_ids", "attribute_tokens"], condition=Q(is_listed=True), name="listed_by_category"
            ),
            models.Index(
                fields=["fresh_until"], condition=Q(fresh_until__isnull=False), name="documents_by_end_of_freshness"
            ),
        ]
        triggers = [*COUNTED, *ENTERED]

    def __str__(self) -> str:
        return f"{self.product_id} {self.market} {self.language}"


class DocumentNote(models.Model):
    """Something that documents show has changed. Appended by triggers, many for one thing; no unique constraint.

    `kind` says what `ref` is the id of: product, category, product_class, brand, tag, attribute, option, option_group,
    offer_condition, offer_benefit, range (0: every product); product_name asks for the products that name `ref` in an
    attribute.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=16)
    ref = models.BigIntegerField()
    transaction_id = TransactionId(db_default=models.Func(function="pg_current_xact_id"))
    noted_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["transaction_id"], name="notes_of_transaction")]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"


class NoteBatch(models.Model):
    """A batch of notes that was worked off, and how long the oldest of them had waited: the last ones are kept."""

    id = models.BigAutoField(primary_key=True)
    notes = models.PositiveIntegerField()
    lag_seconds = models.FloatField()
    done_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.notes} notes, {self.lag_seconds} s"


class ParkedNote(models.Model):
    """A note that could not be worked off, with the others or alone: the document it speaks of is stale.

    It goes when what it speaks of is noted again and rebuilt, or with `manage.py documents rebuild`.
    """

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=16)
    ref = models.BigIntegerField()
    last_error = models.TextField()
    parked_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "ref"], name="parked_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"


class ListedCount(models.Model):
    """How many listed products there are: in a category, of a brand, with an attribute's value, of a fact, or `all`.

    Triggers on the documents append differences, so that no writer waits for another; the figure is the sum of the
    rows of a key, which a job folds into one. Exact in every transaction.
    """

    id = models.BigAutoField(primary_key=True)
    market = models.CharField(max_length=32)
    language = models.CharField(max_length=10)
    kind = models.CharField(max_length=16)
    key = models.TextField()
    products = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["market", "language", "kind", "key"], name="listed_counts")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}: {self.products}"


class CategoryEntry(models.Model):
    """A listed document in one of the categories that contain its product, in the order in which these are listed."""

    pk = models.CompositePrimaryKey("document_id", "category_id")
    document_id = models.BigIntegerField()
    category_id = models.BigIntegerField()
    market = models.CharField(max_length=32)
    language = models.CharField(max_length=10)
    date_created = models.DateTimeField()
    product_id = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(
                "market",
                "language",
                "category_id",
                F("date_created").desc(),
                F("product_id").desc(),
                name="category_by_date",
            )
        ]

    def __str__(self) -> str:
        return f"{self.document_id} in {self.category_id}"
