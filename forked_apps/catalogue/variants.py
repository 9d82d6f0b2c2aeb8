"""The option matrix: from chosen options of attributes (size x colour) the variants that are missing."""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import IntegrityError
from django.db import transaction as django_transaction
from django.utils.translation import gettext_lazy as _
from oscar.core.utils import slugify

from nexus_shop.core.events import publish
from nexus_shop.core.transactions import transaction_required

from .addresses import ProductAddress
from .attributes import require_attributes
from .errors import AttributeUnknown, StructureRefused, TooManyVariants, VariantFacts
from .events import ProductPublished
from .fields import refused, text
from .models import AttributeOption, Product, ProductAttribute, ProductAttributeValue
from .operations import insert, taken_by_another
from .publishing import lock_product
from .slugs import MAX_LENGTH, is_allowed, readable_slug

MAX_VARIANTS: Final = 500  # of one parent
MAX_AXES: Final = 5
TOKEN: Final = re.compile(r"\{(\w+)\}", re.ASCII)
_PATTERN: Final = text(255)


@dataclass(frozen=True, slots=True)
class Matrix:
    """What to combine: codes of attributes with the options chosen of each, by their names.

    In the patterns `{title}` and `{sku}` are the parent's, `{size}` the option of the attribute `size`; in a SKU
    options are written as slugs. Without a pattern for SKUs the variants get none.

    `skus`, where given, names the combinations that are wanted, each with its own SKU or none, by the options' names in
    the order of the axes. The others are left out, and the pattern is not asked.
    """

    axes: Mapping[str, Sequence[str]]
    title: str = ""
    sku: str = ""
    is_public: bool = True
    skus: Mapping[tuple[str, ...], str] | None = None

    def wants(self, options: Sequence[AttributeOption]) -> bool:
        """Whether the combination is one of those that are named; all are where none is."""
        return self.skus is None or _names(options) in self.skus


@dataclass(frozen=True, slots=True)
class _Axis:
    attribute: ProductAttribute
    options: tuple[AttributeOption, ...]


@transaction_required
def add_variants(parent_id: int, matrix: Matrix) -> list[Product]:
    """Write the children of the matrix that the parent does not have yet; returns these, in the order of the matrix.

    The same matrix again writes nothing. A product that has neither price nor stock becomes a parent. Locks the
    parent. Raises NotFound, StructureRefused, AttributeUnknown and ValueRefused (pointer `/axes/code`),
    AttributeRequired, TooManyVariants, SkuTaken. Publishes ProductPublished for each that is public.
    """
    parent = lock_product(parent_id)
    if not parent.can_be_parent():
        raise StructureRefused
    axes = _axes(parent, matrix.axes)
    known = _combinations(parent, axes)
    wanted = [options for options in itertools.product(*(axis.options for axis in axes)) if matrix.wants(options)]
    missing = [options for options in wanted if tuple(option.pk for option in options) not in known]
    total = Product.objects.filter(parent=parent).count() + len(missing)
    if total > MAX_VARIANTS:
        raise TooManyVariants(VariantFacts(total, MAX_VARIANTS), pointer="/axes")
    if not parent.is_parent:
        parent.structure = Product.PARENT
        parent.save(update_fields=["structure", "date_updated"])
    children = [_child(parent, axes, options, matrix) for options in missing]
    for options in () if missing else wanted[:1]:
        _child(parent, axes, options, matrix)  # the patterns are judged also where they fill nothing
    _insert_all(children)
    ProductAttributeValue.objects.bulk_create(
        ProductAttributeValue(product=child, attribute=axis.attribute, value_option=option)
        for child, options in zip(children, missing, strict=True)
        for axis, option in zip(axes, options, strict=True)
    )
    require_attributes(parent)
    for child in children if matrix.is_public else ():
        publish(ProductPublished(product_id=child.pk))
    return children


def _axes(parent: Product, chosen: Mapping[str, Sequence[str]]) -> list[_Axis]:
    if not 1 <= len(chosen) <= MAX_AXES:
        raise refused(_("Name one to %d attributes.") % MAX_AXES, "/axes")
    known = {each.code: each for each in ProductAttribute.objects.filter(product_class=parent.product_class_id)}
    axes, size = [], 1
    for code, names in chosen.items():
        pointer = f"/axes/{code.replace('~', '~0').replace('/', '~1')}"
        attribute = known.get(code)
        if attribute is None:
            raise AttributeUnknown(pointer=pointer)
        if not attribute.is_option:
            raise refused(_("Variants differ in attributes that have options."), pointer)
        if not isinstance(names, list | tuple) or not names or not all(isinstance(name, str) for name in names):
            raise refused(_("Options are wanted here, by their names."), pointer)
        unique = list(dict.fromkeys(names))
        size *= len(unique)
        if size > MAX_VARIANTS:
            raise TooManyVariants(VariantFacts(size, MAX_VARIANTS), pointer="/axes")
        options = {option.option: option for option in AttributeOption.objects.filter(group=attribute.option_group_id)}
        if attribute.option_group_id is None or not options.keys() >= set(unique):
            raise refused(_("There is no such option."), pointer)
        axes.append(_Axis(attribute, tuple(options[name] for name in unique)))
    return axes


def _combinations(parent: Product, axes: Sequence[_Axis]) -> set[tuple[int | None, ...]]:
    """The options that the children have on the axes."""
    ids = [axis.attribute.pk for axis in axes]
    held: dict[int, dict[int, int | None]] = {}
    rows = ProductAttributeValue.objects.filter(product__parent=parent, attribute__in=ids)
    for product_id, attribute_id, option_id in rows.values_list("product_id", "attribute_id", "value_option_id"):
        held.setdefault(product_id, {})[attribute_id] = option_id
    return {tuple(values.get(pk) for pk in ids) for values in held.values()}


def _child(parent: Product, axes: Sequence[_Axis], options: Sequence[AttributeOption], matrix: Matrix) -> Product:
    names = {axis.attribute.code: option.option for axis, option in zip(axes, options, strict=True)}
    title = _filled(matrix.title, {"title": parent.title, "sku": parent.upc or ""} | names, "/title")
    slugs = {"sku": parent.upc or "", "title": slugify(parent.title)}
    if matrix.skus is None:
        sku = _filled(matrix.sku, slugs | {code: slugify(name) for code, name in names.items()}, "/sku")
    else:
        sku = matrix.skus[_names(options)]
    words = ", ".join(names.values())
    return Product(
        structure=Product.CHILD,
        parent=parent,
        title=title or f"{parent.title[: 253 - len(words)]}, {words}"[:255],
        upc=text(64)(sku, "/sku"),
        slug=readable_slug(" ".join([parent.slug, *names.values()]))[:MAX_LENGTH].strip("-"),
        is_public=matrix.is_public,
    )


def _names(options: Sequence[AttributeOption]) -> tuple[str, ...]:
    return tuple(option.option for option in options)


def _filled(pattern: str, words: Mapping[str, str], pointer: str) -> str:
    """The pattern with its tokens replaced, never interpreted. Raises ValueRefused for one that is none."""
    for token in TOKEN.findall(_PATTERN(pattern, pointer)):
        if token not in words:
            raise refused(_("There is no {%s} to put in.") % token, pointer)
    filled: str = _PATTERN(TOKEN.sub(lambda found: words[found[1]], pattern), pointer)
    return filled


def _insert_all(children: Sequence[Product]) -> None:
    """One statement where all slugs are free, else one by one. Raises SkuTaken."""
    slugs = [child.slug for child in children]
    taken = set(ProductAddress.objects.filter(slug__in=slugs).values_list("slug", flat=True))
    free = [child for child in children if is_allowed(child.slug) and slugs.count(child.slug) == 1]
    free = [child for child in free if child.slug not in taken]
    try:
        with django_transaction.atomic():
            Product.objects.bulk_create(free)
    except IntegrityError as clash:
        if error := taken_by_another(clash):
            raise error from None
        free = []  # a rival has one of the slugs by now
        for child in children:
            child.pk = None
    for child in children:
        if child not in free:
            insert(child)
