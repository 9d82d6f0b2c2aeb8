"""The read side: one finished document per product, and the notes of what has become stale."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from nexus_shop.core.columns import TransactionId

from . import triggers  # noqa: F401 - the proxies with the triggers are models of this app


class ProductDocument(models.Model):
    """The finished JSON of one product in one market and language, with the columns that lists filter and sort by.

    `product_id` is no foreign key: a product deleted in plain SQL must not fail on its document, which the note of
    the deletion removes. Texts hold JSON as it goes out; `etag` is the digest of `detail`. `stock_record_id` is that
    whose price is shown; from `fresh_until` on the document is stale by the clock alone.
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
            models.Index(
                fields=["market", "language", "-date_created", "-product_id"],
                condition=Q(is_listed=True),
                name="listed_by_date",
            ),
            models.Index(
                fields=["market", "language", "price", "product_id"],
                condition=Q(is_listed=True),
                name="listed_by_price",
            ),
            models.Index(
                fields=["market", "language", "title_key", "product_id"],
                condition=Q(is_listed=True),
                name="listed_by_title",
            ),
            models.Index(
                fields=["fresh_until"], condition=Q(fresh_until__isnull=False), name="documents_by_end_of_freshness"
            ),
            GinIndex(fields=["category_ids"], condition=Q(is_listed=True), name="listed_by_category"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.market} {self.language}"


class DocumentNote(models.Model):
    """Something that documents show has changed. Appended by triggers, many for one thing; no unique constraint.

    `kind` says what `ref` is the id of: product, category, product_class, brand, tag, attribute, option, option_group.
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
