"""Prices and stock in forms.

Each figure travels with the value that was shown: what was not edited is not written.
"""

from decimal import Decimal
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from nexus_shop.core.money import fits


class Figures:
    """For forms with the fields `price`, `list_price` and, where stock is counted, `num_in_stock`."""

    FIGURES: ClassVar[tuple[str, ...]] = ("price", "list_price", "num_in_stock")

    fields: dict[str, Any]
    cleaned_data: dict[str, Any]
    errors: Any
    currency: str

    def bound_figures(self) -> None:
        """Let prices begin at zero, in the browser too."""
        for name in ("price", "list_price"):
            self.fields[name].min_value = Decimal(0)
            self.fields[name].widget.attrs["min"] = "0"

    def shown(self, name: str) -> Any:
        """The figure that the form has shown, as it was sent back; None where it was not."""
        form: Any = self
        field = self.fields[name]
        raw = field.hidden_widget().value_from_datadict(form.data, form.files, form.add_initial_prefix(name))
        try:
            return field.to_python(raw)
        except ValidationError:
            return None

    def clean(self) -> dict[str, Any]:
        """Prices in the digits of the currency; a list price is the higher one."""
        data: dict[str, Any] = super().clean() or self.cleaned_data  # type: ignore[misc]  # the form's
        for name in ("price", "list_price"):
            amount = data.get(name)
            if amount is not None and amount < 0:
                self._refuse(name, _("A price is zero or more."))
            elif amount is not None and not fits(amount, self.currency):
                self._refuse(name, _("%s has no such fractions.") % self.currency)
        price, list_price = data.get("price"), data.get("list_price")
        is_known = "price" not in self.errors  # what cannot be read is not said to be missing
        if is_known and list_price is not None and (price is None or list_price <= price):
            self._refuse("list_price", _("The list price is the one before the reduction: above the price."))
        return data

    def _refuse(self, name: str, reason: Any) -> None:
        self.add_error(name, reason)  # type: ignore[attr-defined]  # the form's
