"""What a product is linked with: categories, tags, options, recommended products."""

import contextlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import IntegrityError
from django.db import transaction as django_transaction

from nexus_shop.core.errors import ListFull, NotFound, Room
from nexus_shop.core.transactions import transaction_required

from .errors import RecommendationRefused, StructureRefused
from .fields import text, whole
from .models import Category, Option, Product, ProductCategory, ProductRecommendation, Tag
from .slugs import free_tag_slug

MAX_LINKS: Final = 100  # of a kind, of one product
_ID: Final = whole(1, 2**31 - 1)
_TAG: Final = text(64, blank=False)


@transaction_required
def tag_named(name: str) -> Tag:
    """The tag of that name, whatever the case, made if missing: the unique index lets rivals find it."""
    while (tag := Tag.objects.filter(name__iexact=name).first()) is None:
        # A rival that made it, or another name's tag with the slug, is there to be seen at the next look.
        with contextlib.suppress(IntegrityError), django_transaction.atomic():
            return Tag.objects.create(name=name, slug=free_tag_slug(name))
    return tag


@transaction_required
def set_tags(product: Product, names: Sequence[str]) -> None:
    """Let the product have exactly these tags, made where they are missing, in the order of their names.

    Raises ValueRefused (pointer `/tags/n`), ListFull.
    """
    _ensure_room(names, "/tags")
    wanted = [" ".join(_TAG(name, f"/tags/{place}").split()) for place, name in enumerate(names)]
    # In one order for all writers: two who make the same new tags do not wait for each other in a ring
    unique = {name.casefold(): name for name in wanted}
    product.tags.set([tag_named(unique[key]) for key in sorted(unique)])


@transaction_required
def place_in_categories(product: Product, category_ids: Sequence[int]) -> None:
    """Let the product stand in exactly these categories. Raises NotFound (`/categories/n`), StructureRefused."""
    _ensure_no_child(product, category_ids, "/categories")
    ids = _ids(category_ids, "/categories")
    _ensure_all_there(ids, set(Category.objects.filter(pk__in=ids).values_list("pk", flat=True)), "/categories")
    links = ProductCategory.objects.filter(product=product)
    held = set(links.order_by().values_list("category_id", flat=True))
    if held - set(ids):
        links.exclude(category__in=ids).delete()
    ProductCategory.objects.bulk_create(
        ProductCategory(product=product, category_id=pk) for pk in sorted(set(ids) - held)
    )


@transaction_required
def set_options(product: Product, codes: Sequence[str]) -> None:
    """Let the product have exactly these options beside those of its class. Raises NotFound (pointer `/options/n`)."""
    _ensure_no_child(product, codes, "/options")
    _ensure_room(codes, "/options")
    wanted = [text(128, blank=False)(code, f"/options/{place}") for place, code in enumerate(codes)]
    found = {option.code: option for option in Option.objects.filter(code__in=wanted)}
    _ensure_all_there(wanted, set(found), "/options")
    product.product_options.set(found.values())


@transaction_required
def set_recommendations(product: Product, recommended: Mapping[str, Sequence[int]]) -> None:
    """Recommend with the product exactly these, for each kind that is named, the first one first.

    Raises RecommendationRefused for the product itself or one named twice, NotFound, each with the pointer
    `/recommendations/kind/n`; StructureRefused for a variant, whose parent it is that recommends.
    """
    for kind, ids in recommended.items():
        pointer = f"/recommendations/{kind}"
        if kind not in ProductRecommendation.Kind.values:
            raise NotFound(pointer="/recommendations")
        _ensure_no_child(product, ids, pointer)
        _recommend(product, kind, _ids(ids, pointer), pointer)


def _recommend(product: Product, kind: str, ids: list[int], pointer: str) -> None:
    for place, pk in enumerate(ids):
        if pk == product.pk or pk in ids[:place]:
            raise RecommendationRefused(pointer=f"{pointer}/{place}")
    _ensure_all_there(ids, set(Product.objects.filter(pk__in=ids).values_list("pk", flat=True)), pointer)
    rows = ProductRecommendation.objects.filter(primary=product, kind=kind)
    if list(rows.order_by("-ranking", "pk").values_list("recommendation_id", flat=True)) == ids:
        return
    rows.delete()
    ProductRecommendation.objects.bulk_create(
        ProductRecommendation(primary=product, kind=kind, recommendation_id=pk, ranking=len(ids) - place)
        for place, pk in enumerate(ids)
    )


def recommended_with(product_id: int) -> dict[str, list[int]]:
    """The ids of what is recommended with the product, by kind, the first one first."""
    found: dict[str, list[int]] = {str(kind): [] for kind in ProductRecommendation.Kind.values}
    rows = ProductRecommendation.objects.filter(primary=product_id).order_by("-ranking", "pk")
    for kind, pk in rows.values_list("kind", "recommendation_id"):
        found[kind].append(pk)
    return found


def _ids(ids: Sequence[Any], pointer: str) -> list[int]:
    _ensure_room(ids, pointer)
    return [_ID(pk, f"{pointer}/{place}") for place, pk in enumerate(ids)]


def _ensure_room(wanted: Sequence[Any], pointer: str) -> None:
    if len(wanted) > MAX_LINKS:
        raise ListFull(Room(MAX_LINKS), pointer=pointer)


def _ensure_no_child(product: Product, wanted: Sequence[Any], pointer: str) -> None:
    """A variant has its parent's categories, options and recommendations."""
    if wanted and product.is_child:
        raise StructureRefused(pointer=pointer)


def _ensure_all_there(wanted: Sequence[Any], found: set[Any], pointer: str) -> None:
    for place, each in enumerate(wanted):
        if each not in found:
            raise NotFound(pointer=f"{pointer}/{place}")
