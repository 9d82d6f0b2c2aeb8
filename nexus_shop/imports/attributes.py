"""Options, tags and barcodes of imported products, as Oscar's attribute values."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from forked_apps.catalogue.models import ProductAttribute, ProductAttributeValue, ProductClass
from nexus_shop.core.transactions import transaction_required

from .values import SourceProduct
from .vocabulary import BARCODE, OWN, TAGS, attributes_of, is_usable, option_codes, option_named


@dataclass(frozen=True, slots=True)
class Attributes:
    """The attributes that the import rules on, by code, and the values that the shop holds of them."""

    option_codes: list[str]
    by_code: Mapping[str, ProductAttribute]
    held: list[ProductAttributeValue]

    def option_values(self, product_id: int) -> tuple[str, ...]:
        """What a child of the shop is told apart by: the values of the options, in lower case."""
        texts = {_base_code(value): _text_of(value) for value in self.held if value.product_id == product_id}
        return tuple(texts.get(code, "").lower() for code in self.option_codes)


@transaction_required
def load_attributes(source: SourceProduct, product_class: ProductClass, product_ids: Collection[int]) -> Attributes:
    """The attributes of the product's options, tags and barcodes, made when missing, with the values held."""
    codes = option_codes(source.options)
    names = dict(zip(codes, source.options, strict=True))
    if source.tags:
        names[TAGS] = OWN[TAGS]
    if any(variant.barcode for variant in source.variants):
        names[BARCODE] = OWN[BARCODE]
    by_code = attributes_of(product_class, names) if names else {}
    searched = {*codes, *OWN, *(attribute.code for attribute in by_code.values())}
    values = ProductAttributeValue.objects.filter(product_id__in=product_ids, attribute__code__in=searched)
    held = list(values.select_related("attribute", "value_option").order_by("pk")) if product_ids else []
    return Attributes(codes, by_code, [value for value in held if is_usable(value.attribute)])


@transaction_required
def write_attributes(attributes: Attributes, wanted: Mapping[int, Mapping[str, str]]) -> set[int]:
    """Give the products (product id -> code -> text) these values; an empty text takes the value away.

    Codes that are not named are left alone. Returns the products of which something is another.
    """
    changed: set[int] = set()
    added: list[ProductAttributeValue] = []
    gone: list[int] = []
    for product_id, texts in wanted.items():
        held = [value for value in attributes.held if value.product_id == product_id]
        for code, text in texts.items():
            attribute = attributes.by_code.get(code) if text else None
            mine = [value for value in held if _base_code(value) == code]
            kept = next((value for value in mine if attribute and value.attribute_id == attribute.pk), None)
            stale = [value.pk for value in mine if value is not kept]
            gone += stale
            if attribute and (kept is None or _text_of(kept) != text):
                added += _set(kept or ProductAttributeValue(product_id=product_id, attribute=attribute), text)
                changed.add(product_id)
            if stale:
                changed.add(product_id)
    if gone:
        ProductAttributeValue.objects.filter(pk__in=gone).delete()
    ProductAttributeValue.objects.bulk_create(added)
    return changed


def _set(value: ProductAttributeValue, text: str) -> list[ProductAttributeValue]:
    """Change the value; one that is new is returned, to be written with the others."""
    if value.attribute.is_option:
        value.value_option = option_named(value.attribute, text)
    else:
        value.value_text = text
    if value.pk is None:
        return [value]
    value.save(update_fields=["value_text", "value_option"])
    return []


def _text_of(value: ProductAttributeValue) -> str:
    if value.attribute.is_option:
        return str(value.value_option.option) if value.value_option else ""
    return value.value_text or ""


def _base_code(value: ProductAttributeValue) -> str:
    return str(value.attribute.code).removesuffix("_text")
