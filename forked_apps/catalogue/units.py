"""How much one piece of a product holds, from which the price per unit follows."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from .fields import refused
from .models import Product

MOST: Final = Decimal("99999999.9999")
_STEP: Final = Decimal("0.0001")
_NAMES: Final = {"measure", "content", "reference"}


@dataclass(frozen=True, slots=True)
class Unit:
    """Of `content` in `measure` (one of `Product.Measure`) the price is shown per `reference`: of 0.75 l, per 1 l."""

    measure: str
    content: Decimal
    reference: Decimal

    def as_json(self) -> dict[str, str]:
        """As `set_unit` takes it."""
        return {"measure": self.measure, "content": _text(self.content), "reference": _text(self.reference)}


def unit_of(product: Product) -> Unit | None:
    """The product's own unit."""
    if not product.unit_measure or product.unit_content is None:
        return None
    return Unit(product.unit_measure, product.unit_content, product.unit_reference)


def set_unit(product: Product, value: Any, pointer: str) -> None:
    """Set the columns of `{"measure": "l", "content": "0.75", "reference": "1"}`; None takes the unit away.

    `reference` is 1 where left out. The product is not saved. Raises ValueRefused.
    """
    if value is None:
        product.unit_measure, product.unit_content, product.unit_reference = "", None, Decimal(1)
        return
    if not isinstance(value, dict) or not {"measure", "content"} <= set(value) <= _NAMES:
        raise refused(_('A unit is written like {"measure": "l", "content": "0.75", "reference": "1"}.'), pointer)
    if value["measure"] not in Product.Measure.values:
        raise refused(_("There is no such measure."), f"{pointer}/measure")
    product.unit_measure = value["measure"]
    product.unit_content = _amount(value["content"], f"{pointer}/content")
    product.unit_reference = _amount(value.get("reference", "1"), f"{pointer}/reference")


def _amount(value: Any, pointer: str) -> Decimal:
    try:
        amount = Decimal(value) if isinstance(value, str | Decimal) else None
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite() or not 0 < amount <= MOST or amount != amount.quantize(_STEP):
        raise refused(_("A number above zero, with at most four decimals."), pointer)
    return amount


def _text(amount: Decimal) -> str:
    return f"{amount.normalize():f}"
