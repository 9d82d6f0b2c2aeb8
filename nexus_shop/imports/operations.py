"""Write what other shops exported, one product at a time."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.db import transaction as django_transaction
from django.db.models import Q, Subquery
from django.utils.translation import gettext as _

from forked_apps.catalogue.addresses import ProductAddress
from forked_apps.catalogue.html import sanitised
from forked_apps.catalogue.models import Product, ProductCategory, ProductClass, ProductImage
from forked_apps.catalogue.operations import brand_named
from forked_apps.catalogue.slugs import MAX_LENGTH, free_product_slug, is_allowed, readable_slug
from forked_apps.partner.models import Partner, StockRecord
from forked_apps.partner.operations import open_records, set_price, set_stock
from forked_apps.partner.products import default_partner
from nexus_shop.core.transactions import owning, transaction

from .attributes import Attributes, load_attributes, write_attributes
from .categories import category_at
from .errors import Refusals, StructureChanged, VariantsRefused
from .outcomes import CREATED, UNCHANGED, UPDATED, Outcome
from .pictures import CODE_PREFIX, wanted_pictures
from .values import SourceProduct, SourceVariant
from .variants import Place, placed, refused, sku_for
from .vocabulary import BARCODE, CATEGORY_PREFIX, TAGS, category_of, class_of

REASON = "import"


@transaction(before_commit="documents")
def import_product(source: SourceProduct, *, currency: str, pictures: Mapping[str, str]) -> Outcome:
    """Write one product as the file has it: made where its code is new, else changed where it differs.

    Importing the same again writes nothing. A variant that a rule stands against is left out and told in the outcome;
    one that is not in the file stays. `pictures`: address -> stored file, of those that may be added.
    Locks the code, the product's rows, then its stock records in id order.
    Raises StructureChanged, VariantsRefused. Publishes PriceChanged, StockAdjusted.
    """
    held, children = _locked_family(source.code)
    outcome = Outcome(is_new=held is None)
    if held is not None and held.is_parent != bool(source.options):
        raise StructureChanged
    product_class = class_of(source, held=held.product_class if held else None)
    attributes = load_attributes(source, product_class, [product.pk for product in (held, *children) if product])
    partner = default_partner()
    places = _places(source, held, children, attributes, partner)
    outcome.refusals = refused(places, owners=_sku_owners(places, partner), currency=currency)
    lines = {refusal.line for refusal in outcome.refusals}
    accepted = [place for place in places if place.variant.line not in lines]
    if not accepted and (held is None or not held.is_parent):
        raise VariantsRefused(Refusals(outcome.refusals))
    product = _write_product(source, held, product_class, outcome)
    _write_variants(source, product, accepted, outcome)
    _write_values(source, product, accepted, attributes, outcome)
    _write_stock(source, accepted, partner, currency, outcome)
    _write_pictures(source, product, accepted, pictures, outcome)
    _remark_on_missing(source, children, places, outcome)
    return outcome


def rehearse_product(source: SourceProduct, *, currency: str, pictures: Mapping[str, str]) -> Outcome:
    """Do all that `import_product` does, in a transaction that is rolled back."""
    with owning():
        outcome = import_product(source, currency=currency, pictures=pictures)
        django_transaction.set_rollback(True)
    return outcome


def _locked_family(code: str) -> tuple[Product | None, list[Product]]:
    """The product of the code and its children. A rival import of the same code waits here, also for a new one.

    NO KEY UPDATE: an order that is being placed may refer to the rows.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [code])
    own_id = Subquery(Product.objects.filter(code=code).order_by().values("pk")[:1])
    family = (
        Product.objects.filter(Q(code=code) | Q(parent_id=own_id))
        .select_for_update(no_key=True, of=("self",))
        .select_related("product_class")
        .order_by("pk")
    )
    rows = list(family)
    return next((row for row in rows if row.code == code), None), [row for row in rows if row.code != code]


def _places(
    source: SourceProduct,
    held: Product | None,
    children: Sequence[Product],
    attributes: Attributes,
    partner: Partner,
) -> list[Place]:
    """Where each variant is in the shop; its stock record is locked."""
    if source.options:
        places = placed(source.variants, children, attributes.option_values)
    else:
        places = [Place(variant, held) for variant in source.variants]
    ids = [place.product.pk for place in places if place.product]
    records: dict[int, StockRecord] = {}
    if ids:
        locked = StockRecord.objects.filter(product_id__in=ids, partner=partner).select_for_update(of=("self",))
        for record in locked.order_by("pk"):
            records.setdefault(record.product_id, record)
    for place in places:
        place.record = records.get(place.product.pk) if place.product else None
    return places


def _sku_owners(places: Sequence[Place], partner: Partner) -> dict[str, set[int]]:
    """SKU -> the products that have it, as their own or as the partner's."""
    skus = [sku_for(place) for place in places]
    held = [
        *Product.objects.filter(upc__in=skus).order_by().values_list("upc", "pk"),
        *StockRecord.objects.filter(partner=partner, partner_sku__in=skus).values_list("partner_sku", "product_id"),
    ]
    owners: dict[str, set[int]] = {}
    for sku, product_id in held:
        owners.setdefault(sku, set()).add(product_id)
    return owners


def _write_product(
    source: SourceProduct, held: Product | None, product_class: ProductClass, outcome: Outcome
) -> Product:
    said: dict[str, Any] = {
        "title": source.title,
        "description": sanitised(source.description),
        "is_public": source.is_public,
        "meta_title": source.meta_title,
        "meta_description": source.meta_description,
    }
    if "brand" not in source.unsaid:
        said["brand_id"] = brand_named(source.brand).pk if source.brand else None
    if held is None:
        product = Product(code=source.code, slug=source.slug, product_class=product_class, **said)
        product.structure = Product.PARENT if source.options else Product.STANDALONE
        if not source.options:
            product.upc = source.variants[0].sku
        product.save(force_insert=True)
        is_changed = False
    else:
        product = held
        unsaid = {*source.unsaid, "is_public"} if held.archived_at else source.unsaid
        said = {name: value for name, value in said.items() if name not in unsaid}
        is_changed = _update(product, product_class_id=product_class.pk, **said)
    is_moved = _write_category(source, product, is_new=held is None)
    outcome.mark(source.line, CREATED if held is None else UPDATED if is_changed or is_moved else UNCHANGED)
    return product


def _update(row: Product, **wanted: Any) -> bool:
    """Write the fields that differ; returns whether one did."""
    differing = [name for name, value in wanted.items() if (getattr(row, name) or "") != (value or "")]
    for name in differing:
        setattr(row, name, wanted[name])
    if differing:
        row.save(update_fields=[*differing, "date_updated"])
    return bool(differing)


def _write_category(source: SourceProduct, product: Product, *, is_new: bool) -> bool:
    """Let the product stand in the category of its path or type, in no other of an import; others are left alone."""
    if not source.category_path and "type" in source.unsaid:
        return False
    category = category_at(source.category_path) if source.category_path else category_of(source)
    links = ProductCategory.objects.filter(product=product).values_list("pk", "category_id", "category__code")
    held = {} if is_new else {category_id: (pk, code or "") for pk, category_id, code in links}
    wanted = category.pk if category else None
    stale = [pk for key, (pk, code) in held.items() if key != wanted and code.startswith(CATEGORY_PREFIX)]
    if stale:
        ProductCategory.objects.filter(pk__in=stale).delete()
    if category is not None and category.pk not in held:
        ProductCategory.objects.create(product=product, category=category)
        return True
    return bool(stale)


def _write_variants(source: SourceProduct, product: Product, places: Sequence[Place], outcome: Outcome) -> None:
    """The children of a parent, or the SKU of a stand-alone product. Afterwards each place has its product."""
    new = []
    for place in places:
        if not source.options:
            is_changed = place.product is not None and _update(product, upc=sku_for(place))
            place.product = product
            outcome.mark(place.variant.line, UPDATED if is_changed else UNCHANGED)
        elif place.product is None:
            new.append(place)
            outcome.mark(place.variant.line, CREATED)
        else:
            is_changed = _update(place.product, upc=sku_for(place), title=_child_title(source, place.variant))
            outcome.mark(place.variant.line, UPDATED if is_changed else UNCHANGED)
    _add_children(source, product, new)


def _add_children(source: SourceProduct, parent: Product, places: Sequence[Place]) -> None:
    """Children in one statement where their slugs are free, else one by one."""
    for place in places:
        place.product = Product(
            structure=Product.CHILD,
            parent=parent,
            title=_child_title(source, place.variant),
            upc=place.variant.sku,
            slug=readable_slug(" ".join([parent.slug, *place.variant.values]))[:MAX_LENGTH].strip("-"),
        )
    products = [place.product for place in places if place.product]
    slugs = [product.slug for product in products]
    taken = set(ProductAddress.objects.filter(slug__in=slugs).values_list("slug", flat=True)) if slugs else set()
    free = [p for p in products if p.slug not in taken and is_allowed(p.slug) and slugs.count(p.slug) == 1]
    Product.objects.bulk_create(free)
    for product in products:
        if product.pk is None:
            product.slug = free_product_slug(product)
            product.save(force_insert=True)


def _child_title(source: SourceProduct, variant: SourceVariant) -> str:
    title = f"{source.title} – {' / '.join(variant.values)}"
    return title if len(title) <= 255 else f"{title[:254]}…"


def _write_values(
    source: SourceProduct, product: Product, places: Sequence[Place], attributes: Attributes, outcome: Outcome
) -> None:
    wanted: dict[int, dict[str, str]] = {product.pk: {}}
    if "tags" not in source.unsaid:
        wanted[product.pk][TAGS] = source.tags
    lines = {product.pk: source.line}
    for place in places:
        assert place.product is not None
        texts = wanted.setdefault(place.product.pk, {})
        texts |= dict(zip(attributes.option_codes, place.variant.values, strict=True))
        if "barcode" not in source.unsaid:
            texts[BARCODE] = place.variant.barcode
        lines[place.product.pk] = place.variant.line
    for product_id in write_attributes(attributes, wanted):
        outcome.mark(lines[product_id], UPDATED)


def _write_stock(
    source: SourceProduct, places: Sequence[Place], partner: Partner, currency: str, outcome: Outcome
) -> None:
    """Prices and stock, by the operations that publish them."""
    new = []
    for place in places:
        assert place.product is not None
        if place.record is None:
            new.append(_new_record(place, partner, currency, outcome))
        elif _update_record(place.record, place, source):
            outcome.mark(place.variant.line, UPDATED)
    if new:
        open_records(new, changed_by=None, reason=REASON)


def _new_record(place: Place, partner: Partner, currency: str, outcome: Outcome) -> StockRecord:
    variant, product = place.variant, place.product
    assert product is not None
    is_counted = product.get_product_class().track_stock
    if is_counted and variant.quantity is None:
        outcome.remark(variant.line, "quantity", _("the file names no quantity: none is in stock"))
    return StockRecord(
        product=product,
        partner=partner,
        partner_sku=sku_for(place),
        price_currency=currency,
        price=variant.price,
        list_price=variant.list_price,
        num_in_stock=(variant.quantity or 0) if is_counted else None,
        num_allocated=0,
    )


def _update_record(record: StockRecord, place: Place, source: SourceProduct) -> bool:
    variant, is_changed = place.variant, False
    list_price = record.list_price if "list_price" in source.unsaid else variant.list_price
    if (record.price, record.list_price) != (variant.price, list_price):
        set_price(record.pk, price=variant.price, list_price=list_price, changed_by=None, reason=REASON)
        is_changed = True
    if variant.quantity is not None and record.num_in_stock != variant.quantity:
        set_stock(record.pk, num_in_stock=variant.quantity, changed_by=None, reason=REASON)
        is_changed = True
    if record.partner_sku != variant.sku and not variant.has_made_sku:
        StockRecord.objects.filter(pk=record.pk).update(partner_sku=variant.sku)
        is_changed = True
    return is_changed


def _write_pictures(
    source: SourceProduct, product: Product, places: Sequence[Place], files: Mapping[str, str], outcome: Outcome
) -> None:
    """Add the pictures that have a file, and keep captions and order of those that are there."""
    if "pictures" in source.unsaid:
        return
    owners = {place.variant.line: place.product for place in places}
    ids = {product.pk, *(place.product.pk for place in places if place.product)}
    pictures = ProductImage.objects.filter(product_id__in=ids, code__startswith=CODE_PREFIX)
    held = {} if outcome.is_new else {picture.code: picture for picture in pictures}
    new = []
    for wanted in wanted_pictures(source):
        picture = held.pop(wanted.code, None)
        owner = product if wanted.variant is None else owners.get(wanted.variant.line)
        if picture is not None:
            shown = (wanted.alt, wanted.order)
            is_changed = (picture.caption, picture.display_order) != shown
            if is_changed:
                picture.caption, picture.display_order = shown
                picture.save(update_fields=["caption", "display_order"])
            outcome.mark(wanted.line, UPDATED if is_changed else UNCHANGED)
        elif owner is not None and wanted.url in files:
            new.append(
                ProductImage(
                    product=owner,
                    code=wanted.code,
                    original=files[wanted.url],
                    caption=wanted.alt,
                    display_order=wanted.order,
                )
            )
            outcome.mark(wanted.line, CREATED)
    ProductImage.objects.bulk_create(new)
    if held and source.is_complete:
        outcome.remark(
            source.line, "pictures", _("%d pictures of an earlier file are not in this one: they stay") % len(held)
        )


def _remark_on_missing(
    source: SourceProduct, children: Sequence[Product], places: Sequence[Place], outcome: Outcome
) -> None:
    if not source.is_complete:
        return
    named = {place.product.pk for place in places if place.product}
    for child in children:
        if child.pk not in named:
            outcome.remark(source.line, "sku", _("variant %s is not in the file: it stays") % child.upc)
