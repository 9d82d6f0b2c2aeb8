"""Whether shoppers see a product: draft, scheduled, published, archived; by hand, and by the clock.

`is_public` is what all reads obey. `publish_from` and `publish_until` are times still to come: the clock empties what
it has obeyed. What a product's status is follows from the four columns; which status may follow it says ALLOWED.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nexus_shop.core.days import OUTSIDE, is_within_calendar
from nexus_shop.core.errors import NotFound
from nexus_shop.core.events import publish
from nexus_shop.core.transactions import transaction, transaction_required

from .errors import PublicationRefused, Refusal, ScheduleRefused, StatusFacts
from .events import ProductArchived, ProductPublished, ProductUnpublished
from .models import Product

DRAFT: Final = "draft"
SCHEDULED: Final = "scheduled"
PUBLISHED: Final = "published"
ARCHIVED: Final = "archived"
STATUSES: Final = (DRAFT, SCHEDULED, PUBLISHED, ARCHIVED)
ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    DRAFT: frozenset(STATUSES),
    SCHEDULED: frozenset(STATUSES),
    PUBLISHED: frozenset(STATUSES),
    ARCHIVED: frozenset({ARCHIVED, DRAFT}),
}
TIMES: Final = ("publish_from", "publish_until")
COLUMNS: Final = ("is_public", "archived_at", *TIMES)
BATCH: Final = 500

# What has come due, in id order, without waiting for anybody who has a product in hand: the next minute is soon enough.
OBEY: Final = """
    WITH due AS (
        SELECT id, is_public AS was_public FROM catalogue_product
        WHERE publish_until <= %(now)s OR publish_from <= %(now)s
        ORDER BY id LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED)
    UPDATE catalogue_product p
    SET is_public = p.publish_until IS NULL OR p.publish_until > %(now)s,
        publish_from = NULL,
        publish_until = CASE WHEN p.publish_until > %(now)s THEN p.publish_until END,
        date_updated = clock_timestamp()
    FROM due WHERE p.id = due.id
    RETURNING p.id, due.was_public, p.is_public
"""


def status_of(product: Product) -> str:
    """The product's status, as its columns say it."""
    if product.archived_at is not None:
        return ARCHIVED
    if product.is_public:
        return PUBLISHED
    return DRAFT if product.publish_from is None else SCHEDULED


@transaction(before_commit="documents")
def publish_product(product_id: int, *, until: datetime | None = None) -> None:
    """Make the product public now, until then. Locks it. Raises as `set_publication`."""
    _move(product_id, {"status": PUBLISHED, "publish_until": until})


@transaction(before_commit="documents")
def schedule_product(product_id: int, *, publish_from: datetime, until: datetime | None = None) -> None:
    """Hide the product until it is time. Locks it. Raises as `set_publication`."""
    _move(product_id, {"status": SCHEDULED, "publish_from": publish_from, "publish_until": until})


@transaction(before_commit="documents")
def unpublish_product(product_id: int) -> None:
    """Hide the product: a draft without a schedule. Locks it. Raises as `set_publication`."""
    product = lock_product(product_id)
    if status_of(product) != ARCHIVED:
        set_publication(product, {"status": DRAFT})
    else:
        raise _not_allowed(product)


@transaction(before_commit="documents")
def archive_product(product_id: int) -> None:
    """Put the product away: nobody sees or buys it; orders keep it. Locks it. Publishes ProductArchived, once."""
    _move(product_id, {"status": ARCHIVED})


@transaction(before_commit="documents")
def restore_product(product_id: int) -> None:
    """Take the product out of the archive, as a draft; what is not there is left alone. Locks it."""
    product = lock_product(product_id)
    if status_of(product) == ARCHIVED:
        set_publication(product, {"status": DRAFT})


@transaction(before_commit="documents")
def delete_product(product_id: int) -> None:
    """What the API calls deleting: the product goes to the archive. Orders, ledgers and links keep what they refer to.

    Locks the product. Raises NotFound. Publishes ProductArchived, once.
    """
    _move(product_id, {"status": ARCHIVED})


def _move(product_id: int, wanted: Mapping[str, Any]) -> None:
    set_publication(lock_product(product_id), wanted)


@transaction_required
def lock_product(product_id: int) -> Product:
    """The product, locked so that orders may still refer to it. Raises NotFound."""
    locked = Product.objects.select_for_update(no_key=True, of=("self",))
    product: Product | None = locked.filter(pk=product_id).first()
    if product is None:
        raise NotFound
    return product


@transaction_required
def set_publication(product: Product, wanted: Mapping[str, Any]) -> None:
    """Give a locked product the wanted `status`, `publish_from` and `publish_until`; what is not named stays.

    Without a status it follows from the times: a time to come for `publish_from` schedules, none unschedules. Raises
    PublicationRefused, ScheduleRefused. Publishes ProductPublished, ProductUnpublished or ProductArchived where that
    is new.
    """
    before = status_of(product)
    if place(product, wanted):
        product.save(update_fields=[*COLUMNS, "date_updated"])
        announce(product, before)


def place(product: Product, wanted: Mapping[str, Any]) -> bool:
    """Set the columns of a product that is not written yet, or locked; whether one is another. Raises as above."""
    now = timezone.now()
    old = tuple(getattr(product, name) for name in COLUMNS)
    before = status_of(product)
    status = wanted.get("status", _implied(before, wanted))
    if status not in ALLOWED[before]:
        raise _not_allowed(product)
    start = wanted.get("publish_from") if status != SCHEDULED else wanted.get("publish_from", product.publish_from)
    end = wanted.get("publish_until") if status in {DRAFT, ARCHIVED} else _end(product, wanted, before, now)
    _check(status, start, end, now)
    _check_days(product, start, end)
    product.is_public = status == PUBLISHED
    product.publish_from, product.publish_until = start, end
    product.archived_at = (product.archived_at or now) if status == ARCHIVED else None
    return old != tuple(getattr(product, name) for name in COLUMNS)


def _implied(before: str, wanted: Mapping[str, Any]) -> str:
    if "publish_from" not in wanted or before == ARCHIVED:
        return before
    if wanted["publish_from"] is not None:
        return SCHEDULED
    return DRAFT if before == SCHEDULED else before


def _end(product: Product, wanted: Mapping[str, Any], before: str, now: datetime) -> datetime | None:
    """The end that is wanted; else that of now, if it is still to come."""
    if "publish_until" in wanted:
        end: datetime | None = wanted["publish_until"]
        return end
    known = product.publish_until if before in {PUBLISHED, SCHEDULED} else None
    return known if known is not None and known > now else None


def _check(status: str, start: datetime | None, end: datetime | None, now: datetime) -> None:
    if status == SCHEDULED and start is None:
        raise ScheduleRefused(Refusal(_("Say when it is to be published.")), pointer="/publish_from")
    if status == SCHEDULED and start is not None and start <= now:
        raise ScheduleRefused(Refusal(_("That time is over.")), pointer="/publish_from")
    if status != SCHEDULED and start is not None:
        raise ScheduleRefused(Refusal(_("Only what is scheduled waits for a time.")), pointer="/publish_from")
    if status in {DRAFT, ARCHIVED} and end is not None:
        raise ScheduleRefused(Refusal(_("What is not published has no end.")), pointer="/publish_until")
    if end is not None and (end <= now or (start is not None and end <= start)):
        raise ScheduleRefused(Refusal(_("It would end before it begins.")), pointer="/publish_until")


def _check_days(product: Product, start: datetime | None, end: datetime | None) -> None:
    """What is as it was is not judged."""
    for name, time in zip(TIMES, (start, end), strict=True):
        if time is not None and time != getattr(product, name) and not is_within_calendar(time):
            raise ScheduleRefused(Refusal(OUTSIDE), pointer=f"/{name}")


def _not_allowed(product: Product) -> PublicationRefused:
    status = status_of(product)
    return PublicationRefused(StatusFacts(status, sorted(ALLOWED[status])), pointer="/status")


@transaction_required
def announce(product: Product, before: str) -> None:
    """Publish what the status of a written product tells of, if it is new."""
    status = status_of(product)
    if status == before:
        return
    if status == ARCHIVED:
        publish(ProductArchived(product_id=product.pk))
    elif status == PUBLISHED:
        publish(ProductPublished(product_id=product.pk))
    elif before == PUBLISHED:
        publish(ProductUnpublished(product_id=product.pk))


@transaction(before_commit="documents")
def obey_clock(limit: int = BATCH) -> int:
    """Publish and hide what is due, up to `limit` products; returns how many. Twice is as good as once.

    One guarded statement, which leaves out what somebody else has locked. Publishes ProductPublished and
    ProductUnpublished.
    """
    with connection.cursor() as cursor:
        cursor.execute(OBEY, {"now": timezone.now(), "limit": limit})
        moved = sorted(cursor.fetchall())
    for product_id, was_public, is_public in moved:
        if is_public and not was_public:
            publish(ProductPublished(product_id=product_id))
        elif was_public and not is_public:
            publish(ProductUnpublished(product_id=product_id))
    return len(moved)
