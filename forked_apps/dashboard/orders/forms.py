"""Oscar's hooks for the forms on orders."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from oscar.apps.dashboard.orders.forms import OrderNoteForm as OscarOrderNoteForm
from oscar.apps.dashboard.orders.forms import OrderSearchForm as OscarOrderSearchForm
from oscar.apps.dashboard.orders.forms import OrderStatsForm as OscarOrderStatsForm
from oscar.apps.dashboard.orders.forms import OrderStatusForm, ShippingAddressForm

from forked_apps.dashboard.catalogue.edited import check_words
from forked_apps.dashboard.dates import WithinCalendar
from forked_apps.order.lifecycle import RETURNED
from forked_apps.order.models import Order, ShippingEventType
from nexus_shop.accounts.models import User
from nexus_shop.core.money import digits

__all__ = [
    "EventForm",
    "MoveForm",
    "OrderNoteForm",
    "OrderSearchForm",
    "OrderStatsForm",
    "OrderStatusForm",
    "PaymentForm",
    "ReferenceForm",
    "RefundForm",
    "ShippingAddressForm",
]


ONLY_RETURNED: Final = _("Only returned units go back on the shelf.")


class OrderStatsForm(WithinCalendar, OscarOrderStatsForm):
    """Of which time. Oscar 4.2.1 fails on the ends of the calendar."""


class OrderSearchForm(WithinCalendar, OscarOrderSearchForm):
    """Oscar 4.2.1 lets partner staff search by what they may not see: customers, vouchers, payments."""

    FOR_STAFF = ("name", "voucher", "payment_method", "response_format")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not user.is_staff:
            for name in self.FOR_STAFF:
                del self.fields[name]


class OrderNoteForm(OscarOrderNoteForm):
    """A note for other staff. Oscar 4.2.1 takes markup, and characters that cannot be shown."""

    def clean_message(self) -> str:
        """Words that the API takes too."""
        message: str = self.cleaned_data["message"]
        check_words(message, lines=True)
        return message


class PaymentForm(forms.Form):
    """Money that came outside of the shop, in the order's currency."""

    reference = forms.CharField(label=_("Reference"), max_length=128, required=False, validators=[check_words])

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"] = forms.DecimalField(
            label=_("Amount in %(currency)s") % {"currency": currency},
            min_value=0,
            max_digits=12,
            decimal_places=digits(currency),
        )
        self.order_fields(["amount", "reference"])


class RefundForm(PaymentForm):
    """Money that goes back: by the gateway that took it, or paid out by staff, who name the reference."""

    reason = forms.CharField(label=_("Reason"), max_length=255, required=False, validators=[check_words])
    is_owed = forms.BooleanField(
        label=_("It came by mistake: the customer still has to pay it"),
        help_text=_("The order then awaits all that it lacks, also what was given back before as a concession."),
        required=False,
    )


class ReferenceForm(forms.Form):
    """What else there is to say of what happened to the goods."""

    reference = forms.CharField(max_length=200, required=False, validators=[check_words])


class MoveForm(ReferenceForm):
    """Where to move selected lines, or selected orders."""

    new_status = forms.ChoiceField(
        choices=[(status, status) for status in Order.all_statuses()],
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose a status to move to.")),
    )
    restock = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        """Goods are put back on the shelf when they come back."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("restock") and cleaned.get("new_status") not in {None, RETURNED}:
            self.add_error("restock", ONLY_RETURNED)
        return cleaned


class EventForm(ReferenceForm):
    """What has happened to selected lines."""

    shipping_event_type = forms.ModelChoiceField(
        ShippingEventType.objects.all(),
        to_field_name="code",
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose what happened to the lines.")),
    )
    restock = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        """Goods are put back on the shelf when they come back."""
        cleaned: dict[str, Any] = super().clean() or {}
        kind = cleaned.get("shipping_event_type")
        if cleaned.get("restock") and kind is not None and kind.code != RETURNED:
            self.add_error("restock", ONLY_RETURNED)
        return cleaned
