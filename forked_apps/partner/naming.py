"""What partner staff may name in a product of theirs, by its id: the drafts of other sellers are not there for them."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType

from forked_apps.catalogue.attributes import no_such_entity, products_in
from forked_apps.catalogue.models import Product, ProductAttributeValue, ProductRecommendation
from nexus_shop.core.errors import DomainError, NotFound

from .queries import namable_products

if TYPE_CHECKING:
    from nexus_shop.accounts.models import User


def ensure_namable(user: "User", facts: Mapping[str, Any], *, product_id: int | None = None) -> None:
    """Raise, for the first product that is named and not the user's to see, as for one that does not exist.

    `facts` are those of a product, which may be there already: what it names stays allowed. Raises NotFound (pointer
    `/recommendations/kind/n`), ValueRefused (`/attributes/code`). What no id can be is refused elsewhere.
    """
    if user.is_staff:
        return
    named = [*_recommended(facts), *_entities(facts)]
    wanted = {pk for pk, _ in named}
    if not wanted:
        return
    known = set(namable_products(user).filter(pk__in=wanted).values_list("pk", flat=True))
    if product_id is not None and wanted - known:
        known |= _named_by(product_id)
    for pk, missing in named:
        if pk not in known:
            raise missing


def _recommended(facts: Mapping[str, Any]) -> Iterator[tuple[int, DomainError]]:
    for kind, ids in (facts.get("recommendations") or {}).items():
        for place, pk in enumerate(ids):
            yield pk, NotFound(pointer=f"/recommendations/{kind}/{place}")


def _entities(facts: Mapping[str, Any]) -> Iterator[tuple[int, DomainError]]:
    for pointer, pk in products_in(facts.get("attributes") or {}).items():
        yield pk, no_such_entity(pointer)


def _named_by(product_id: int) -> set[int]:
    """The products that a product names."""
    links = ProductRecommendation.objects.filter(primary=product_id).order_by()
    kind = ContentType.objects.get_for_model(Product)
    values = ProductAttributeValue.objects.filter(product=product_id, entity_content_type=kind).order_by()
    return {
        *links.values_list("recommendation_id", flat=True),
        *values.values_list("entity_object_id", flat=True),
    }
