"""What the product form writes: product, categories, pictures, stock and prices in one transaction.

The forms come validated. What only the database knows for certain (a taken slug, stock that orders wait for, a figure
that has changed since the form was shown) is checked under lock and raised as Misplaced, with the form to blame.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.conf import settings
from django.db import IntegrityError
from django.db import transaction as django_transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from forked_apps.catalogue.attributes import products_in, set_attributes
from forked_apps.catalogue.errors import BarcodeTaken, PublicationRefused, SkuTaken, SlugTaken, TranslationRefused
from forked_apps.catalogue.links import set_options, set_tags
from forked_apps.catalogue.models import Product
from forked_apps.catalogue.operations import brand_named
from forked_apps.catalogue.publishing import (
    ARCHIVED,
    COLUMNS,
    DRAFT,
    PUBLISHED,
    announce,
    place,
    set_publication,
    status_of,
)
from forked_apps.catalogue.translations import write_translations
from forked_apps.order.models import Line
from forked_apps.partner.errors import LastStockRecord, StockBelowAllocation, StockFacts
from forked_apps.partner.models import StockRecord
from forked_apps.partner.naming import ensure_namable
from forked_apps.partner.operations import end_records, explain_stock, set_price, set_stock, set_terms
from forked_apps.partner.stock_records import (
    alter_stock_record,
    check_prices,
    ensure_still_sold,
    head_for_removal,
    locked_stock_record,
)
from nexus_shop.accounts.models import User
from nexus_shop.core.errors import DomainError, NotFound, StaleVersion
from nexus_shop.core.money import ZERO, round_money
from nexus_shop.core.rows import UNCHANGED, UPDATED, Status
from nexus_shop.core.transactions import transaction, transaction_required, violated

from .errors import Misplaced, PricesRefused

REASON: Final = "dashboard"
MAX_PRICE: Final = Decimal("9999999999.99")
CHANGED_MEANWHILE: Final = _("Somebody else has changed what you edited: nothing was saved.")


@dataclass(frozen=True, slots=True)
class ProductEntry:
    """The product form with its form sets. Without `form` only the stock is written."""

    stock: Any
    form: Any = None
    others: tuple[Any, ...] = ()
    product_id: int | None = None
    parent_id: int | None = None


@transaction(before_commit="documents")
def save_product(entry: ProductEntry, *, saved_by: int | None) -> Product:
    """Write a product as its forms say, and its documents.

    Locks the product or the parent of a new child, then stock records in primary-key order; before them the parent
    where partner staff delete a stock record. Raises Misplaced; then nothing is written. Publishes StockAdjusted and
    PriceChanged for each figure that is another.
    """
    head_id = _head_for_removal(entry, saved_by)
    product = _save_form(entry, saved_by) if entry.form is not None else _locked(entry.product_id)
    for formset in entry.others:
        formset.instance = product
        formset.save()
    _number_images(product)
    _save_stock(entry.stock, product, saved_by=saved_by)
    try:
        ensure_still_sold(head_id)
    except LastStockRecord as refusal:
        raise Misplaced(entry.stock.deleted_forms[0], None, refusal.message) from refusal
    return product


def _head_for_removal(entry: ProductEntry, saved_by: int | None) -> int | None:
    """What partner staff must leave sold, where they delete a stock record of it: locked before the product is."""
    if saved_by is None or entry.product_id is None or not entry.stock.deleted_forms:
        return None
    return head_for_removal(User.objects.get(pk=saved_by), entry.product_id)


def _save_form(entry: ProductEntry, saved_by: int | None) -> Product:
    form = entry.form
    product: Product = form.instance
    if entry.parent_id is not None:
        _make_parent(entry.parent_id, form)
    if form.gets_variants:
        _open_to_variants(entry)
    before = ""
    try:
        if entry.product_id is not None:
            before = _take_stored(form, product, _locked(entry.product_id))
        _set_publication(form, product)
        _set_brand(form, product)
        _write_columns(form, product, is_new=entry.product_id is None)
        _save_words(form, product)
        _set_links(form, product, saved_by)
    except DomainError as refusal:
        raise _blamed(form, refusal) from refusal
    announce(product, before)
    return product


def _open_to_variants(entry: ProductEntry) -> None:
    """What is to have variants is sold by them. A stored product becomes their parent; a new one is it by the form."""
    for form in entry.stock.extra_forms:
        if form.has_changed() and form not in entry.stock.deleted_forms:
            raise Misplaced(form, None, _("What has variants is sold by them: leave this empty."))
    if entry.product_id is not None:
        _make_parent(entry.product_id, entry.form)


def _take_stored(form: Any, product: Product, stored: Product) -> str:
    """Others may have changed the product since the form was opened: what was not edited is as it is stored now.

    Returns its status. Raises Misplaced where they have changed what was edited.
    """
    before = status_of(stored)
    if form.changed_data and form.refuse_overtaken(form.of_stored(stored)):
        raise Misplaced(form, None, CHANGED_MEANWHILE)
    edited = form.edited()
    for field in Product._meta.concrete_fields:  # noqa: SLF001 - documented API
        if field.name not in edited:
            setattr(product, field.attname, getattr(stored, field.attname))
    return before


def _set_publication(form: Any, product: Product) -> None:
    wanted = form.publication()
    if wanted:
        place(product, wanted)


def _set_brand(form: Any, product: Product) -> None:
    if "brand" in form.changed_data:
        name = form.cleaned_data["brand"]
        product.brand = brand_named(name) if name else None


def _write_columns(form: Any, product: Product, *, is_new: bool) -> None:
    try:
        with django_transaction.atomic():
            if is_new:
                product.save(force_insert=True)
            else:
                product.save(update_fields=_changed_fields(form))
    except IntegrityError as clash:
        raise _misplaced(form, violated(clash)) from clash


def _set_links(form: Any, product: Product, saved_by: int | None) -> None:
    data = form.cleaned_data
    if "tags" in form.changed_data:
        set_tags(product, data["tags"])
    if "options" in form.changed_data:
        set_options(product, [option.code for option in data["options"]])
    values = form.attribute_values()
    if products_in(values) and saved_by is not None:
        ensure_namable(User.objects.get(pk=saved_by), {"attributes": values}, product_id=product.pk)
    set_attributes(product, values)


def _blamed(form: Any, refusal: DomainError) -> Misplaced:
    """The field of the form that a refusal's pointer means."""
    kind, _slash, rest = (refusal.pointer or "").removeprefix("/").partition("/")
    name = f"attr_{rest}" if kind == "attributes" else kind
    reason = getattr(refusal.facts, "reason", refusal.message)
    return Misplaced(form, _field_to_blame(form, name), reason)


def _misplaced(form: Any, constraint: str) -> Misplaced:
    """What of the form the database has refused."""
    if constraint == "archived_is_not_public":
        return Misplaced(form, None, PublicationRefused.message)
    if constraint == "one_product_per_barcode":
        return Misplaced(form, _field_to_blame(form, "barcode"), BarcodeTaken.message)
    if constraint == "unit_and_content_go_together":
        return Misplaced(form, _field_to_blame(form, "unit_content"), _("A unit and what one piece holds go together."))
    name, error = ("upc", SkuTaken) if "upc" in constraint else ("slug", SlugTaken)
    return Misplaced(form, name, error.message)


def _save_words(form: Any, product: Product) -> None:
    try:
        write_translations(product, form.texts())
    except (TranslationRefused, SlugTaken) as refusal:
        raise Misplaced(form, *form.blame(refusal)) from refusal


def _changed_fields(form: Any) -> list[str]:
    """The columns that were edited, and those of the publication; not what others may change at the same time."""
    edited = [*form.edited(), *(["brand"] if "brand" in form.changed_data else [])]
    return [*dict.fromkeys([*edited, *COLUMNS, "slug", "date_updated"])]


def _locked(product_id: int | None, *, children: bool = False) -> Product:
    """The product, locked so that an order which is being placed may refer to it: that one holds the stock already.

    Its parent is locked too, before its stock: variants are told apart, made and counted under that lock.
    """
    family = Q(pk=product_id) | Q(children=product_id)
    if children:
        family |= Q(parent=product_id)
    locked = Product.objects.select_for_update(no_key=True, of=("self",))
    ids = Product.objects.filter(family).order_by().values("pk")
    found: dict[int, Product] = {product.pk: product for product in locked.filter(pk__in=ids).order_by("pk")}
    if product_id not in found:
        raise NotFound
    return found[product_id]


def _make_parent(parent_id: int, form: Any) -> None:
    parent = _locked(parent_id)
    is_possible, reason = parent.can_be_parent(give_reason=True)
    if not is_possible:
        raise Misplaced(form, None, reason)
    if not parent.is_parent:
        parent.structure = Product.PARENT
        parent.save(update_fields=["structure", "date_updated"])


def _number_images(product: Product) -> None:
    for position, image in enumerate(product.images.order_by("display_order", "pk")):
        if image.display_order != position:
            image.display_order = position
            image.save(update_fields=["display_order"])


def _save_stock(formset: Any, product: Product, *, saved_by: int | None) -> None:
    known = [form for form in formset.initial_forms if form.has_changed()]
    for form in sorted(known, key=lambda form: form.instance.pk):
        try:
            if form in formset.deleted_forms:
                _remove_stock(form.instance.pk, saved_by=saved_by)
            else:
                _change_stock(form, saved_by=saved_by)
        except StockBelowAllocation as refusal:
            reason = _("%(n)d are promised to orders: cancel or ship them first.") % {"n": refusal.facts.allocated}
            raise Misplaced(form, _field_to_blame(form, "num_in_stock"), reason) from refusal
        except DomainError as refusal:
            raise Misplaced(form, None, refusal.message) from refusal
    for form in formset.extra_forms:
        if form.has_changed() and form not in formset.deleted_forms:
            _add_stock(form, product, saved_by=saved_by)


def _field_to_blame(form: Any, name: str) -> str | None:
    return name if name in form.fields else None


@transaction_required
def _remove_stock(stock_record_id: int, *, saved_by: int | None) -> None:
    """Delete a stock record that nothing is promised of. Raises NotFound, StockBelowAllocation.

    Publishes as `end_records`.
    """
    record = StockRecord.objects.select_for_update().filter(pk=stock_record_id).first()
    if record is None:
        raise NotFound
    if record.num_allocated:
        raise StockBelowAllocation(StockFacts(allocated=record.num_allocated))
    end_records([record], changed_by=saved_by, reason=REASON)
    record.delete()


def _change_stock(form: Any, *, saved_by: int | None) -> None:
    """Raises Misplaced where what was edited is another than the form has shown, StockBelowAllocation."""
    record = StockRecord.objects.select_for_update().filter(pk=form.instance.pk).first()
    if record is None:
        raise NotFound
    if form.refuse_overtaken(form.of_stored(record)):
        raise Misplaced(form, None, CHANGED_MEANWHILE)
    plain = [name for name in form.changed_data if name in {"partner", "partner_sku"}]
    for name in plain:
        setattr(record, name, form.cleaned_data[name])
    if plain:
        _save_record(form, record, plain)
    if "low_stock_threshold" in form.changed_data:
        set_terms(record.pk, changes={"low_stock_threshold": form.cleaned_data["low_stock_threshold"]})
    _set_figures(form, record, saved_by=saved_by)


def _add_stock(form: Any, product: Product, *, saved_by: int | None) -> None:
    """A new record starts with nothing, in the shop's currency: price and stock are set like those of any other."""
    data = form.cleaned_data
    record = StockRecord(
        product=product,
        partner=data["partner"],
        partner_sku=data["partner_sku"],
        price_currency=settings.OSCAR_DEFAULT_CURRENCY,
        num_in_stock=0 if "num_in_stock" in form.fields else None,
        num_allocated=0,
        low_stock_threshold=data.get("low_stock_threshold"),
    )
    explain_stock(REASON, changed_by=saved_by)
    _save_record(form, record, None)
    _set_figures(form, record, saved_by=saved_by)


def _save_record(form: Any, record: StockRecord, fields: list[str] | None) -> None:
    try:
        with django_transaction.atomic():
            record.save(update_fields=[*fields, "date_updated"] if fields else None)
    except IntegrityError as clash:
        raise Misplaced(form, "partner_sku", _("This partner has this SKU already.")) from clash


def _set_figures(form: Any, record: StockRecord, *, saved_by: int | None) -> None:
    data = form.cleaned_data
    prices = {name: data[name] for name in ("price", "list_price") if name in form.changed_data}
    if prices:
        wanted = {"price": record.price, "list_price": record.list_price} | prices
        check_prices(**wanted)
        set_price(record.pk, **wanted, changed_by=saved_by, reason=REASON)
    if "num_in_stock" in form.changed_data:
        shown = form.shown("num_in_stock") if form.instance.pk else None
        set_stock(record.pk, num_in_stock=data["num_in_stock"], expected=shown, changed_by=saved_by, reason=REASON)


@transaction(before_commit="documents")
def withdraw_product(product_id: int, *, withdrawn_by: int | None = None) -> bool:
    """Delete a product with its variants, or archive it where one was ever ordered; True where it was deleted.

    Locks them and their parent as `save_product` does, then their stock, then them against whatever refers to them: an
    order that is being placed waits, or is waited for. The last child gone, its parent is sold by itself again. Raises
    NotFound. Publishes ProductArchived, or of what is deleted PriceChanged and StockAdjusted.
    """
    _locked(product_id, children=True)
    stock = StockRecord.objects.filter(Q(product=product_id) | Q(product__parent=product_id))
    records = list(stock.select_for_update(of=("self",)).order_by("pk"))
    members = Product.objects.filter(Q(pk=product_id) | Q(parent=product_id)).order_by("pk")
    found = {product.pk: product for product in members.select_for_update(of=("self",))}
    if product_id not in found:
        raise NotFound
    product, family = found[product_id], list(found)
    if Line.objects.filter(product__in=family).exists():
        set_publication(product, {"status": ARCHIVED})
        return False
    parent_id = product.parent_id
    end_records(records, changed_by=withdrawn_by, reason=REASON)
    product.delete()
    if parent_id is not None and not Product.objects.filter(parent_id=parent_id).exists():
        Product.objects.filter(pk=parent_id).update(structure=Product.STANDALONE)
    return True


@transaction(before_commit="documents")
def show_products(product_ids: list[int], *, is_public: bool) -> int:
    """Make products public, or hide them; returns how many there were. What is archived is left out.

    Locks the products in id order. Publishes ProductPublished, ProductUnpublished.
    """
    products = Product.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=product_ids)
    shown = list(products.filter(archived_at=None).order_by("pk"))
    for product in shown:
        set_publication(product, {"status": PUBLISHED if is_public else DRAFT})
    return len(shown)


@dataclass(frozen=True, slots=True)
class PriceChange:
    """How to change many prices; what has no price keeps none."""

    fixed: Decimal | None = None
    amount: Decimal = ZERO
    percent: Decimal = ZERO

    def applied(self, price: Decimal | None, currency: str) -> Decimal | None:
        """The new price; one below zero, which cannot be, is not rounded up to it."""
        if self.fixed is not None:
            return round_money(self.fixed, currency)
        if price is None:
            return None
        changed = price * (1 + self.percent / 100) + self.amount
        return changed if changed < 0 else round_money(changed, currency)


@transaction(before_commit="documents")
def change_prices(changes: Mapping[int, PriceChange], *, changed_by: int | None) -> int:
    """Change the prices of stock records (id -> change); returns how many there were.

    Locks the stock records in primary-key order. Raises PricesRefused; then nothing is written. Publishes PriceChanged
    for each price that is another.
    """
    records = StockRecord.objects.select_for_update(of=("self",)).filter(pk__in=changes).order_by("pk")
    wanted = [
        (record, changes[record.pk].applied(record.price, record.price_currency))
        for record in records.select_related("product__parent")
    ]
    _check_new_prices(wanted)
    for record, price in wanted:
        set_price(record.pk, price=price, list_price=record.list_price, changed_by=changed_by, reason=REASON)
    return len(wanted)


def _check_new_prices(wanted: list[tuple[StockRecord, Decimal | None]]) -> None:
    too_high = [record for record, price in wanted if price is not None and price > MAX_PRICE]
    if too_high:
        raise PricesRefused(_titles(too_high), _("The price would be higher than a price can be."))
    too_low = [record for record, price in wanted if price is not None and price < 0]
    if too_low:
        raise PricesRefused(_titles(too_low), _("The price would be below zero."))
    reduced = [
        record for record, price in wanted if record.list_price is not None and (price or ZERO) >= record.list_price
    ]
    if reduced:
        reason = _("The price would not be below the list price: change or empty the list price first.")
        raise PricesRefused(_titles(reduced), reason)


def _titles(records: list[StockRecord]) -> list[str]:
    return [str(record.product.get_title()) for record in records]


@transaction(before_commit="documents")
def edit_figures(
    stock_record_id: int, *, shown: Mapping[str, Any], wanted: Mapping[str, Any], edited_by: User
) -> tuple[Status, int]:
    """Write the wanted price, list price and stock of a record, if each is what `shown` has of it, or nothing.

    Locks the stock record. Raises NotFound also where it is not the user's, StaleVersion, ListPriceTooLow,
    StockBelowAllocation. Publishes PriceChanged, StockAdjusted and what is crossed.
    """
    record = locked_stock_record(edited_by, stock_record_id)
    if any(getattr(record, name) != shown[name] for name in wanted):
        raise StaleVersion
    is_changed = alter_stock_record(record, wanted, changed_by=edited_by.pk, reason=REASON)
    return (UPDATED if is_changed else UNCHANGED), record.pk
