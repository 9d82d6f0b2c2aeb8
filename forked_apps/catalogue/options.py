"""Option groups, which attributes and options choose from, and options, which shoppers answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db.models import Q, QuerySet

from nexus_shop.core.errors import CodeTaken, NotFound
from nexus_shop.core.transactions import refusing, transaction, transaction_required
from nexus_shop.core.versions import ensure_current, version_of

from .errors import AttributeFacts, AttributeRefused, StillUsed, Uses
from .models import AttributeOption, AttributeOptionGroup, Option, ProductAttributeValue
from .option_prices import REASON, Why, pricing

#: Types of options whose answer is one, or some, of a group.
CHOSEN: Final = frozenset({Option.SELECT, Option.RADIO, Option.MULTI_SELECT, Option.CHECKBOX})
OPTION_FIELDS: Final = ("name", "type", "required", "help_text", "order", "price")


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a group. `price` is added to each unit where it is chosen as an option; as prices are entered.

    Of one that is to be: code and price that are None stay as they are, or are none; an empty code is none.
    """

    option: str
    code: str | None = None
    price: Decimal | None = None
    id: int | None = None


@dataclass(frozen=True, slots=True)
class StoredGroup:
    """An option group with its values, in the order in which they were made."""

    id: int
    name: str
    code: str | None
    options: tuple[Choice, ...]

    @property
    def version(self) -> str:
        """Another one after every change."""
        return version_of(self)


@dataclass(frozen=True, slots=True)
class StoredOption:
    """An option. `option_group` is the id of what it is chosen from."""

    id: int
    name: str
    code: str
    type: str
    required: bool
    option_group: int | None
    help_text: str
    order: int | None
    price: Decimal

    @property
    def version(self) -> str:
        """Another one after every change."""
        return version_of(self)


def stored_groups(*, search: str = "", after: int = 0, limit: int) -> list[StoredGroup]:
    """Groups in the order of their ids, from behind `after`; two statements."""
    return [_stored_group(row) for row in _groups().filter(pk__gt=after, name__icontains=search)[:limit]]


def stored_group(group_id: int) -> StoredGroup:
    """One group. Raises NotFound."""
    row = _groups().filter(pk=group_id).first()
    if row is None:
        raise NotFound
    return _stored_group(row)


def _groups() -> "QuerySet[AttributeOptionGroup]":
    rows: QuerySet[AttributeOptionGroup] = AttributeOptionGroup.objects.prefetch_related("options").order_by("pk")
    return rows


def _stored_group(row: AttributeOptionGroup) -> StoredGroup:
    values = sorted(row.options.all(), key=lambda value: value.pk)
    choices = tuple(Choice(value.option, value.code or None, value.price, value.pk) for value in values)
    return StoredGroup(row.pk, row.name, row.code or None, choices)  # Oscar's field shows null as ""


@transaction(before_commit="documents")
def create_group(values: Mapping[str, Any], *, changed_by: int | None = None) -> int:
    """Make a group of `name`, `code` and `options` (Choices); returns its id. Raises CodeTaken.

    `reason` is what the ledger says of prices. Publishes OptionPriceChanged for each.
    """
    return add_group(values, changed_by=changed_by)


@transaction_required
def add_group(values: Mapping[str, Any], *, changed_by: int | None = None) -> int:
    """`create_group` inside the transaction of a caller."""
    return _write_group(AttributeOptionGroup(), values, changed_by)


@transaction(before_commit="documents")
def change_group(
    group_id: int, *, changes: Mapping[str, Any], version: str | None = None, changed_by: int | None = None
) -> int:
    """Change what `changes` names; `options` is the whole list: those of an id or of a text stay the same ones.

    `reason` is what the ledger says of prices. Locks the group. Raises NotFound, StaleVersion, CodeTaken, StillUsed
    where a value that goes is a product's. Publishes OptionPriceChanged for each price that is another.
    """
    return alter_group(group_id, changes=changes, version=version, changed_by=changed_by)


@transaction_required
def alter_group(
    group_id: int, *, changes: Mapping[str, Any], version: str | None = None, changed_by: int | None = None
) -> int:
    """`change_group` inside the transaction of a caller."""
    return _write_group(_locked_group(group_id, version), changes, changed_by)


@transaction(before_commit="documents")
def delete_group(
    group_id: int, *, version: str | None = None, changed_by: int | None = None, reason: str = REASON
) -> None:
    """Delete a group that no attribute and no option chooses from. Raises NotFound, StaleVersion, StillUsed.

    Publishes OptionPriceChanged for each value that had a price.
    """
    row = _locked_group(group_id, version)
    uses = {"attributes": row.product_attributes.count(), "options": row.product_options.count()}
    if any(uses.values()):
        raise StillUsed(Uses({kind: count for kind, count in uses.items() if count}))
    _delete_choices(list(row.options.order_by("pk")), Why(changed_by, reason))
    row.delete()


def _locked_group(group_id: int, version: str | None) -> AttributeOptionGroup:
    row: AttributeOptionGroup | None = AttributeOptionGroup.objects.select_for_update().filter(pk=group_id).first()
    if row is None:
        raise NotFound
    ensure_current(version, _stored_group(row))
    return row


def _write_group(row: AttributeOptionGroup, values: Mapping[str, Any], changed_by: int | None) -> int:
    row.name, row.code = values.get("name", row.name), values.get("code", row.code) or None
    with refusing({"catalogue_attributeoptiongroup_code": CodeTaken(pointer="/code")}):
        row.save()
    if "options" in values:
        _set_choices(row, values["options"], Why(changed_by, values.get("reason") or REASON))
    return int(row.pk)


def _set_choices(group: AttributeOptionGroup, choices: Sequence[Choice], why: Why) -> None:
    known = {value.pk: value for value in group.options.all()}
    by_text = {value.option: value for value in known.values()}
    named = {choice.id for choice in choices if choice.id is not None}
    for number, choice in enumerate(choices):
        if choice.id is not None and choice.id not in known:
            raise NotFound(pointer=f"/options/{number}/id")
    rows = [
        known[choice.id] if choice.id is not None else _unless(named, by_text.get(choice.option)) for choice in choices
    ]
    kept = {row.pk for row in rows if row is not None}
    _remove_choices([value for pk, value in known.items() if pk not in kept], why)
    _free_texts([row for row, choice in zip(rows, choices, strict=True) if row and row.option != choice.option])
    for number, (row, choice) in enumerate(zip(rows, choices, strict=True)):
        value = row or AttributeOption(group=group)
        wanted = _wanted(choice, value)
        if value.pk is not None and (value.option, value.code or None, value.price) == wanted:
            continue
        old = None if value.pk is None else value.price
        value.option, value.code, value.price = wanted
        with (
            refusing({"catalogue_attributeoption_code": CodeTaken(pointer=f"/options/{number}")}),
            pricing(value, old=old, new=value.price, why=why),
        ):
            value.save()


def _wanted(choice: Choice, value: AttributeOption) -> tuple[str, str | None, Decimal]:
    """Text, code and price of the value as it is to be."""
    code = value.code if choice.code is None else choice.code
    return choice.option, code or None, value.price if choice.price is None else choice.price


def _unless(named: set[int], row: AttributeOption | None) -> AttributeOption | None:
    """The row, unless another choice names it by its id."""
    return None if row is None or row.pk in named else row


def _free_texts(rows: Sequence[AttributeOption]) -> None:
    """Two values may trade their texts, which are unique in the group: both go out of the way first."""
    if len(rows) > 1:
        for row in rows:
            AttributeOption.objects.filter(pk=row.pk).update(option=f"\N{SECTION SIGN}{row.pk}")


def _remove_choices(choices: Sequence[AttributeOption], why: Why) -> None:
    if not choices:
        return
    values = ProductAttributeValue.objects.filter(Q(value_option__in=choices) | Q(value_multi_option__in=choices))
    products = values.values("product_id").distinct().count()
    if products:
        raise StillUsed(Uses({"products": products}), pointer="/options")
    _delete_choices(choices, why)


def _delete_choices(choices: Sequence[AttributeOption], why: Why) -> None:
    for choice in choices:
        if choice.price:
            with pricing(choice, old=choice.price, new=None, why=why):
                choice.delete()
    AttributeOption.objects.filter(pk__in=[choice.pk for choice in choices if choice.pk is not None]).delete()


def stored_options(*, search: str = "", after: int = 0, limit: int) -> list[StoredOption]:
    """Options in the order of their ids, from behind `after`."""
    rows = Option.objects.filter(pk__gt=after, name__icontains=search).order_by("pk")[:limit]
    return [_stored_option(row) for row in rows]


def stored_option(option_id: int) -> StoredOption:
    """One option. Raises NotFound."""
    row = Option.objects.filter(pk=option_id).first()
    if row is None:
        raise NotFound
    return _stored_option(row)


def _stored_option(row: Option) -> StoredOption:
    return StoredOption(
        row.pk,
        row.name,
        row.code,
        row.type,
        row.required,
        row.option_group_id,
        row.help_text or "",
        row.order,
        row.price,
    )


@transaction(before_commit="documents")
def create_option(values: Mapping[str, Any], *, changed_by: int | None = None) -> int:
    """Make an option of OPTION_FIELDS, `code` (made from the name where left out) and `option_group`; returns its id.

    `reason` is what the ledger says of its price. Raises CodeTaken, AttributeRefused, NotFound for the group. Publishes
    OptionPriceChanged where it costs something.
    """
    return add_option(values, changed_by=changed_by)


@transaction_required
def add_option(values: Mapping[str, Any], *, changed_by: int | None = None) -> int:
    """`create_option` inside the transaction of a caller."""
    return _write_option(Option(), values, changed_by)


@transaction(before_commit="documents")
def change_option(
    option_id: int, *, changes: Mapping[str, Any], version: str | None = None, changed_by: int | None = None
) -> int:
    """Change what `changes` names; returns the id. Carts show it at once; orders keep what they had.

    `reason` is what the ledger says of the price. Locks the option. Raises NotFound, StaleVersion, CodeTaken,
    AttributeRefused. Publishes OptionPriceChanged if the price is another.
    """
    return alter_option(option_id, changes=changes, version=version, changed_by=changed_by)


@transaction_required
def alter_option(
    option_id: int, *, changes: Mapping[str, Any], version: str | None = None, changed_by: int | None = None
) -> int:
    """`change_option` inside the transaction of a caller."""
    return _write_option(_locked_option(option_id, version), changes, changed_by)


@transaction(before_commit="documents")
def delete_option(
    option_id: int, *, version: str | None = None, changed_by: int | None = None, reason: str = REASON
) -> None:
    """Delete an option that no product class, product or open cart has. Raises NotFound, StaleVersion, StillUsed.

    Publishes OptionPriceChanged where it had a price.
    """
    row = _locked_option(option_id, version)
    uses = {
        "product_classes": row.productclass_set.count(),
        "products": row.product_set.count(),
        "carts": row.lineattribute_set.filter(line__basket__status__in=("Open", "Frozen")).count(),
    }
    if any(uses.values()):
        raise StillUsed(Uses({kind: count for kind, count in uses.items() if count}))
    with pricing(row, old=row.price, new=None, why=Why(changed_by, reason)):
        row.delete()


def _locked_option(option_id: int, version: str | None) -> Option:
    row: Option | None = Option.objects.select_for_update().filter(pk=option_id).first()
    if row is None:
        raise NotFound
    ensure_current(version, _stored_option(row))
    return row


def _write_option(row: Option, values: Mapping[str, Any], changed_by: int | None) -> int:
    old, why = None if row.pk is None else row.price, Why(changed_by, values.get("reason") or REASON)
    for name in OPTION_FIELDS:
        if name in values:
            setattr(row, name, values[name])
    if "option_group" in values:
        row.option_group = group_named(values["option_group"])
    if (row.type in CHOSEN) != (row.option_group_id is not None):
        reason = "group_missing" if row.type in CHOSEN else "group_unfit"
        raise AttributeRefused(AttributeFacts(reason), pointer="/option_group")
    code = values.get("code")
    if code and Option.objects.filter(code=code).exclude(pk=row.pk).exists():
        raise CodeTaken(pointer="/code")  # Oscar's field would number it
    row.code = code or row.code
    with (
        refusing({"catalogue_option_code": CodeTaken(pointer="/code")}),
        pricing(row, old=old, new=row.price, why=why),
    ):
        row.save()
    return int(row.pk)


@transaction_required
def group_named(group_id: int | None) -> AttributeOptionGroup | None:
    """The group, kept from being deleted until the end of the transaction. Raises NotFound (pointer /option_group)."""
    if group_id is None:
        return None
    groups = AttributeOptionGroup.objects.select_for_update(no_key=True)
    found: AttributeOptionGroup | None = groups.filter(pk=group_id).first()
    if found is None:
        raise NotFound(pointer="/option_group")
    return found
