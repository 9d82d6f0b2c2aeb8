"""What the product form writes: product, categories, pictures, stock and prices in one transaction.

The forms come validated. What only the database knows for certain (a taken slug, stock that orders wait for, a figure
that has changed since the form was shown) is checked under lock and raised as Misplaced, with the form to blame.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError
from django.db import transaction as django_transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from forked_apps.catalogue.errors import SkuTaken, SlugTaken, TranslationRefused
from forked_apps.catalogue.models import Product
from forked_apps.catalogue.operations import brand_named
from forked_apps.catalogue.translations import write_translations
from forked_apps.order.models import Line
from forked_apps.partner.errors import StockBelowAllocation, StockFacts
from forked_apps.partner.models import StockRecord
from forked_apps.partner.operations import explain_stock, set_price, set_stock, set_terms
from nexus_shop.core.errors import DomainError, NotFound, StaleVersion
from nexus_shop.core.money import ZERO, round_money
from nexus_shop.core.transactions import transaction, transaction_required, violated

from .errors import Misplaced

REASON = "dashboard"


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

    Locks the product or the parent of a new child, then stock records in primary-key order. Raises Misplaced; then
    nothing is written. Publishes StockAdjusted and PriceChanged for each figure that is another.
    """
    product = _save_form(entry) if entry.form is not None else _locked(entry.product_id)
    for formset in entry.others:
        formset.instance = product
        formset.save()
    _number_images(product)
    _save_stock(entry.stock, product, saved_by=saved_by)
    return product


def _save_form(entry: ProductEntry) -> Product:
    form = entry.form
    product: Product = form.instance
    if entry.parent_id is not None:
        _make_parent(entry.parent_id, form)
    if "brand" in form.fields:
        name = form.cleaned_data["brand"]
        product.brand = brand_named(name) if name else None
    try:
        with django_transaction.atomic():
            if entry.product_id is None:
                product.save(force_insert=True)
            else:
                product.i18n = _locked(entry.product_id).i18n
                product.save(update_fields=_changed_fields(form))
    except IntegrityError as clash:
        name, error = ("upc", SkuTaken) if "upc" in violated(clash) else ("slug", SlugTaken)
        raise Misplaced(form, name, error.message) from clash
    _save_words(form, product)
    return product


def _save_words(form: Any, product: Product) -> None:
    try:
        write_translations(product, form.texts())
    except (TranslationRefused, SlugTaken) as refusal:
        raise Misplaced(form, *form.blame(refusal)) from refusal


def _changed_fields(form: Any) -> list[str]:
    """The columns that the form has; not the rating, which reviews may change at the same time."""
    names = {field.name for field in Product._meta.concrete_fields}  # noqa: SLF001 - Django's documented API
    return [*(names & set(form.fields)), "slug", "date_updated"]


def _locked(product_id: int | None) -> Product:
    """The product, locked so that an order which is being placed may refer to it: that one holds the stock already."""
    locked = Product.objects.select_for_update(no_key=True, of=("self",))
    product: Product | None = locked.filter(pk=product_id).first()
    if product is None:
        raise NotFound
    return product


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
                _remove_stock(form.instance.pk)
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
def _remove_stock(stock_record_id: int) -> None:
    """Delete a stock record that nothing is promised of. Raises NotFound, StockBelowAllocation."""
    record = StockRecord.objects.select_for_update().filter(pk=stock_record_id).first()
    if record is None:
        raise NotFound
    if record.num_allocated:
        raise StockBelowAllocation(StockFacts(allocated=record.num_allocated))
    record.delete()


def _change_stock(form: Any, *, saved_by: int | None) -> None:
    """Raises StaleVersion where a figure is another than the form has shown, StockBelowAllocation."""
    record = StockRecord.objects.select_for_update().filter(pk=form.instance.pk).first()
    if record is None:
        raise NotFound
    for name in form.FIGURES:
        if name in form.changed_data and getattr(record, name) != form.shown(name):
            raise StaleVersion
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
        set_price(record.pk, **wanted, changed_by=saved_by, reason=REASON)
    if "num_in_stock" in form.changed_data:
        shown = form.shown("num_in_stock") if form.instance.pk else None
        set_stock(record.pk, num_in_stock=data["num_in_stock"], expected=shown, changed_by=saved_by, reason=REASON)


@transaction(before_commit="documents")
def withdraw_product(product_id: int) -> bool:
    """Delete a product with its variants, or hide it where one of them was ever ordered; True where it was deleted.

    Locks their stock, as an order does first, then the products: an order that is being placed waits, or is waited
    for. The last child gone, its parent is sold by itself again. Raises NotFound.
    """
    stock = StockRecord.objects.filter(Q(product=product_id) | Q(product__parent=product_id))
    list(stock.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    members = Product.objects.filter(Q(pk=product_id) | Q(parent=product_id)).order_by("pk")
    found = {product.pk: product for product in members.select_for_update(of=("self",))}
    if product_id not in found:
        raise NotFound
    product, family = found[product_id], list(found)
    if Line.objects.filter(product__in=family).exists():
        Product.objects.filter(pk=product.pk).update(is_public=False)
        return False
    parent_id = product.parent_id
    product.delete()
    if parent_id is not None and not Product.objects.filter(parent_id=parent_id).exists():
        Product.objects.filter(pk=parent_id).update(structure=Product.STANDALONE)
    return True


@transaction(before_commit="documents")
def show_products(product_ids: list[int], *, is_public: bool) -> int:
    """Make products public, or hide them; returns how many there were."""
    changed: int = Product.objects.filter(pk__in=product_ids).update(is_public=is_public)
    return changed


@dataclass(frozen=True, slots=True)
class PriceChange:
    """How to change many prices. A price below zero becomes zero; what has no price keeps none."""

    fixed: Decimal | None = None
    amount: Decimal = ZERO
    percent: Decimal = ZERO

    def applied(self, price: Decimal | None, currency: str) -> Decimal | None:
        """The new price."""
        if self.fixed is not None:
            return round_money(self.fixed, currency)
        if price is None:
            return None
        return max(ZERO, round_money(price * (1 + self.percent / 100) + self.amount, currency))


@transaction(before_commit="documents")
def change_prices(changes: Mapping[int, PriceChange], *, changed_by: int | None) -> int:
    """Change the prices of stock records (id -> change); returns how many there were.

    Locks the stock records in primary-key order. Publishes PriceChanged for each price that is another.
    """
    records = list(StockRecord.objects.select_for_update().filter(pk__in=changes).order_by("pk"))
    for record in records:
        price = changes[record.pk].applied(record.price, record.price_currency)
        set_price(record.pk, price=price, list_price=record.list_price, changed_by=changed_by, reason=REASON)
    return len(records)
