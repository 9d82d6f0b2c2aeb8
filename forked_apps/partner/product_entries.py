"""Products as staff and partner staff write them: what is said of one, and how it is sold, in one transaction.

An entry is a mapping: the names of `ProductFacts`, those of SALE, for what is new those of RECORD, and `reason`: why
the price or the stock is such, for the ledgers. Partner staff write what is theirs by `products_of`; a product that
they make is sold by a partner of theirs from the first moment on.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Q

from forked_apps.catalogue.attributes import codes_known_to, is_same_json
from forked_apps.catalogue.errors import SkuTaken, VariantRequired
from forked_apps.catalogue.models import Product
from forked_apps.catalogue.products import FACTS, PUBLICATION, ProductFacts, add_whole_product, set_product
from forked_apps.catalogue.publishing import ARCHIVED
from forked_apps.catalogue.stored_products import StoredFacts, StoredProduct, stored_product
from forked_apps.catalogue.variants import Matrix, add_variants
from nexus_shop.core.errors import DomainError, NotFound, PermissionMissing, pointing
from nexus_shop.core.transactions import transaction, transaction_required

from .errors import CandidateFacts, PartnerSkuTaken, PartnerStockRequired, StockRecordAmbiguous
from .naming import ensure_namable
from .operations import TERMS
from .queries import products_of, stock_records_of
from .stock_records import REASON, add_stock_record, alter_stock_record, check_prices, partner_for

if TYPE_CHECKING:
    from nexus_shop.accounts.models import User

#: How the product is sold: by whom, at what price as entered, and what is in stock.
SALE: Final = {"price": "price", "list_price": "list_price", "stock_quantity": "num_in_stock"}
#: What else its first stock record is told.
RECORD: Final = TERMS | {"partner_sku"}
#: What an entry calls what the operations point at.
WORDS: Final = {"/brand_id": "/brand", "/num_in_stock": "/stock_quantity"}
Check = Callable[[StoredProduct], None]


@transaction(before_commit="documents")
def create_product_of(user: "User", entry: Mapping[str, Any]) -> int:
    """Make a product; returns its id. It is sold where the entry has a price or a stock, by `partner` (or the default).

    `structure` and `parent` say what it is; a parent may come with `variants` (a Matrix), which are sold as the entry
    says. Raises as `add_whole_product` and `create_stock_record`; PartnerStockRequired where partner staff would lose
    sight of what they make; NotFound (pointer /parent) for a parent that is not the user's to change; PermissionMissing
    for staff who may not add stock records.
    """
    return add_entry(user, entry)


@transaction(before_commit="documents")
def change_product_of(
    user: "User", product_id: int, *, changes: Mapping[str, Any], is_whole: bool = False, check: Check | None = None
) -> None:
    """Change what `changes` names; what is said already changes nothing. `check` is asked under the lock.

    `is_whole`: attributes and recommendations that `changes` does not name are emptied.

    Locks the product with its parent and variants, in id order, then its stock. Raises NotFound also for a product that
    is not the user's to change, and as `set_product` and `change_stock_record`; StockRecordAmbiguous; PermissionMissing
    for staff who may not change, or make, the stock record.
    """
    alter_entry(user, product_id, changes, is_whole=is_whole, check=check)


@transaction(before_commit="documents")
def archive_product_of(user: "User", product_id: int, *, check: Check | None = None) -> None:
    """Archive a product: orders keep it, nobody sees it. Doing it twice changes nothing. Raises NotFound."""
    alter_entry(user, product_id, {"status": ARCHIVED}, check=check)


@transaction(before_commit="documents")
def build_variants_of(user: "User", parent_id: int, matrix: Matrix, *, sale: Mapping[str, Any]) -> list[int]:
    """Make the variants of the matrix that are missing; returns their ids. They are sold as `sale` says.

    Raises, also where none is missing, as `add_variants`; NotFound also where the product is not the user's to change,
    or the partner; PartnerStockRequired, PermissionMissing, ListPriceTooLow.
    """
    _ensure_own(user, parent_id)
    return _add_variants(user, parent_id, matrix, sale)


@transaction_required
def add_entry(user: "User", entry: Mapping[str, Any]) -> int:
    """`create_product_of` inside the caller's transaction."""
    structure, parent_id = entry.get("structure", Product.STANDALONE), entry.get("parent")
    if parent_id is not None:
        try:
            _ensure_own(user, parent_id)
        except NotFound:
            raise NotFound(pointer="/parent") from None
    ensure_namable(user, entry)
    with pointing(WORDS):
        product = add_whole_product(_facts(entry), structure=structure, parent_id=parent_id)
    if structure == Product.PARENT:
        _sell_parent(user, product, entry)
    else:
        _sell(user, product, entry)
    return int(product.pk)


@transaction_required
def alter_entry(
    user: "User", product_id: int, changes: Mapping[str, Any], *, is_whole: bool = False, check: Check | None = None
) -> bool:
    """`change_product_of` inside the caller's transaction; whether anything is another now."""
    _lock_family(product_id)
    _ensure_own(user, product_id)
    stored = stored_product(Product.objects.all(), product_id)
    if check is not None:
        check(stored)
    facts = _differing(stored, _facts(_whole(changes, stored.facts) if is_whole else changes))
    if facts:
        ensure_namable(user, facts, product_id=product_id)
        with pointing(WORDS):
            set_product(product_id, changes=facts)
    return _resell(user, stored, changes) or bool(facts)


@contextmanager
def _inside(place: str, names: Collection[str]) -> Iterator[None]:
    """What is said of these names points into that place of the entry."""
    try:
        yield
    except DomainError as broken:
        if broken.pointer and broken.pointer.split("/")[1] in names:
            broken.pointer = place + broken.pointer
        raise


def _ensure_own(user: "User", product_id: int) -> None:
    if not products_of(user).filter(pk=product_id).exists():
        raise NotFound


def _lock_family(product_id: int) -> None:
    family = Q(pk=product_id) | Q(children=product_id) | Q(parent=product_id)
    ids = Product.objects.filter(family).order_by().values("pk")
    locked = Product.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=ids)
    list(locked.order_by("pk").values_list("pk"))


def _facts(entry: Mapping[str, Any]) -> ProductFacts:
    return ProductFacts(**{name: value for name, value in entry.items() if name in FACTS})  # type: ignore[typeddict-item]


def _differing(stored: StoredProduct, facts: ProductFacts) -> ProductFacts:
    """What is said anew. Times and status go together: they are judged by each other."""
    held = asdict(stored.facts)
    plain = {name: value for name, value in facts.items() if name != "attributes"}
    new = {name: value for name, value in plain.items() if _as_said(name, value) != _as_said(name, held[name])}
    if attributes := _differing_attributes(stored, facts.get("attributes") or {}, is_moved="product_class" in new):
        new["attributes"] = attributes
    if PUBLICATION & set(new):
        new |= {name: value for name, value in facts.items() if name in PUBLICATION}
    return ProductFacts(**new)  # type: ignore[typeddict-item]


def _differing_attributes(stored: StoredProduct, said: Mapping[str, Any], *, is_moved: bool) -> dict[str, Any]:
    """What is said anew of attributes; of a code that the class does not have nothing can be said, null neither.

    `is_moved`: to another class, to which neither the product nor its variants take what is null.
    """
    held = stored.facts.attributes
    new = {code: value for code, value in said.items() if not is_same_json(held.get(code), value)}
    empty = {code for code, value in said.items() if value is None and code not in held}
    if empty and not is_moved:
        empty -= codes_known_to(stored.id)
    return new | dict.fromkeys(sorted(empty))


def says_anew(stored: StoredProduct, entry: Mapping[str, Any]) -> bool:
    """Whether the entry says of the product what is not said already."""
    return bool(_differing(stored, _facts(entry)))


def _as_said(name: str, value: Any) -> Any:
    """The value without what does not matter: the order of sets, empty against none, kinds that are not named."""
    if name in {"categories", "tags", "options"}:
        return sorted(set(value or ()))
    if name == "recommendations":
        return {kind: list(ids) for kind, ids in (value or {}).items() if ids}
    return value or None if isinstance(value, str) else value


def _sale(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {column: entry[name] for name, column in SALE.items() if entry.get(name) is not None}


def _sell(user: "User", product: Product, entry: Mapping[str, Any]) -> None:
    _judge_sale(user, entry)
    _open(user, product, entry)


def _judge_sale(user: "User", entry: Mapping[str, Any]) -> None:
    """Raise what stands against selling like this, whatever is sold: PartnerStockRequired, PermissionMissing,
    ListPriceTooLow, NotFound for the partner.
    """
    sale = _sale(entry)
    if "price" not in sale and not user.is_staff:
        raise PartnerStockRequired(pointer="/price")
    if sale:
        pointer = f"/{next(name for name in SALE if entry.get(name) is not None)}"
        _ensure_allowed(user, "partner.add_stockrecord", pointer)
        check_prices(sale.get("price"), sale.get("list_price"))
    if entry.get("partner") is not None or not user.is_staff:
        partner_for(user, entry.get("partner"))


def _open(user: "User", product: Product, entry: Mapping[str, Any]) -> None:
    sale = _sale(entry)
    if not sale:
        return
    try:
        told = {name: entry[name] for name in (*RECORD, "reason") if name in entry}
        add_stock_record(user, product, {**sale, **told, "partner": entry.get("partner")})
    except PartnerSkuTaken:
        if entry.get("partner_sku"):
            raise
        raise SkuTaken(pointer="/sku") from None


def _ensure_allowed(user: "User", permission: str, pointer: str) -> None:
    """Staff hold permissions per model; partner staff are held to what is theirs. Raises PermissionMissing."""
    if user.is_staff and not user.has_perm(permission):
        raise PermissionMissing(pointer=pointer)


def _sell_parent(user: "User", product: Product, entry: Mapping[str, Any]) -> None:
    matrix = entry.get("variants")
    if matrix is not None:
        with _inside("/variants", {"axes", "title", "sku"}):
            children = add_variants(product.pk, matrix)
        _sell_all(user, children, entry)
    elif not user.is_staff:
        raise PartnerStockRequired(pointer="/variants")
    elif _sale(entry):
        raise VariantRequired(pointer=f"/{next(name for name in SALE if entry.get(name) is not None)}")


def _add_variants(user: "User", parent_id: int, matrix: Matrix, sale: Mapping[str, Any]) -> list[int]:
    return _sell_all(user, add_variants(parent_id, matrix), sale)


def _sell_all(user: "User", children: Sequence[Product], sale: Mapping[str, Any]) -> list[int]:
    _judge_sale(user, sale)
    for child in children:
        _open(user, child, sale)
    return [int(child.pk) for child in children]


def _resell(user: "User", stored: StoredProduct, changes: Mapping[str, Any]) -> bool:
    """Change price, list price and stock of the one record of the user's that is meant; make it where there is none."""
    named = {column: changes[name] for name, column in SALE.items() if name in changes}
    if not named:
        return False
    pointer = f"/{next(name for name in SALE if name in changes)}"
    if stored.structure == Product.PARENT:
        raise VariantRequired(pointer=pointer)
    records = stock_records_of(user).filter(product=stored.id)
    if changes.get("partner") is not None:
        records = records.filter(partner=partner_for(user, changes["partner"]))
    found = list(records.select_for_update(of=("self",)).order_by("pk")[:10])
    if len(found) > 1:
        raise StockRecordAmbiguous(CandidateFacts([record.pk for record in found]), pointer="/partner")
    if found:
        _ensure_allowed(user, "partner.change_stockrecord", pointer)
        with pointing(WORDS):
            return alter_stock_record(found[0], named, changed_by=user.pk, reason=changes.get("reason") or REASON)
    _sell(user, Product.objects.get(pk=stored.id), changes)
    return bool(_sale(changes))


def _whole(values: Mapping[str, Any], stored: StoredFacts) -> dict[str, Any]:
    attributes = {**dict.fromkeys(stored.attributes), **values.get("attributes", {})}
    recommendations = {kind: values.get("recommendations", {}).get(kind, []) for kind in stored.recommendations}
    return {**values, "attributes": attributes, "recommendations": recommendations}
