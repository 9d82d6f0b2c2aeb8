"""What mails about orders say: plain values for the templates, and the texts made of them."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from oscar.templatetags.currency_filters import currency as formatted

from forked_apps.address.models import Country
from forked_apps.order.links import link_token
from forked_apps.order.models import OrderEvent
from forked_apps.order.queries import OrderRow, link_key
from forked_apps.payment.gateways.registry import method_of
from forked_apps.payment.queries import next_action_of

from .models import CommunicationEventType

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Texts:
    """A mail, rendered."""

    subject: str
    text: str
    html: str


def link_of(handle: str) -> str:
    """A fresh signed link to an order, which opens it until ORDER_LINK_LIFETIME is over or it is revoked."""
    key = link_key(handle)
    assert key is not None
    token = link_token(key, expires_at=timezone.now() + timedelta(seconds=settings.ORDER_LINK_LIFETIME))
    if settings.STOREFRONT_URL:
        return f"{settings.STOREFRONT_URL.rstrip('/')}/orders/{handle}?token={token}"
    return f"{settings.BASE_URL}/api/v1/orders/{handle}/?token={token}"


def texts_of(kind: str, order: OrderRow, *, history_id: int | None) -> Texts:
    """The mail of that kind about the order, in the shop's main language.

    A text of staff that cannot be rendered does not keep the customer from the news: then it is the shop's own.
    """
    with translation.override(settings.LANGUAGE_CODE):
        context = context_of(order, history_id=history_id, link=link_of(order.handle))
        written = CommunicationEventType.objects.filter(code=kind.upper()).first()
        if written is not None:
            try:
                return _rendered(written, context)
            except Exception:
                logger.exception("The text of %s that staff have written cannot be rendered", kind)
        return _rendered(CommunicationEventType(code=kind.upper()), context)


def _rendered(written: CommunicationEventType, context: Mapping[str, Any]) -> Texts:
    messages = written.get_messages(dict(context))
    text, html = (messages[name].strip() + "\n" for name in ("body", "html"))
    return Texts(subject=messages["subject"].strip()[:200], text=text, html=html)


def context_of(order: OrderRow, *, history_id: int | None, link: str) -> dict[str, Any]:
    """What the templates know: texts and lists of texts, no rows of the database."""
    event = OrderEvent.objects.filter(pk=history_id, order_id=order.id).first() if history_id else None
    data = event.data if event else {}
    moved = data.get("lines") or [{"title": line.title, "quantity": line.quantity} for line in order.lines]
    return {
        "shop": {"name": settings.OSCAR_SHOP_NAME},
        "site": {"name": settings.OSCAR_SHOP_NAME},
        "order": {
            "number": order.number,
            "placed_at": order.placed_at,
            "lines": [_line(line, order.currency) for line in order.lines],
            "totals": _totals(order),
            "shipping_method": order.shipping_name,
            "shipping_address": _address(order.shipping_address),
            "billing_address": _address(order.billing_address),
            "notes": order.customer_notes,
        },
        "name": (order.shipping_address or order.billing_address or {}).get("first_name", ""),
        "payment": _payment(order),
        "moved": moved,
        "reference": data.get("reference", ""),
        "reason": _reason(order.cancel_reason),
        "is_paid_back": any(payment.debited > payment.refunded for payment in order.payments),
        "link": link,
        "link_days": max(1, settings.ORDER_LINK_LIFETIME // 86400),
    }


def _line(line: Any, currency: str) -> dict[str, Any]:
    return {
        "title": line.title,
        "sku": line.sku or "",
        "quantity": line.quantity,
        "options": [f"{option['name']}: {option['value']}" for option in line.options],
        "total": formatted(line.total.gross, currency),
    }


def _totals(order: OrderRow) -> dict[str, Any]:
    return {
        "items": formatted(order.items, order.currency),
        "discount": formatted(order.discount, order.currency) if order.discount else "",
        "shipping": formatted(order.shipping, order.currency),
        "tax": formatted(order.tax, order.currency),
        "total": formatted(order.total, order.currency),
    }


def _address(address: Mapping[str, str] | None) -> list[str]:
    if address is None:
        return []
    country = Country.objects.filter(pk=address["country"]).first()
    name = f"{address['first_name']} {address['last_name']}"
    place = f"{address['line4']} {address['state']} {address['postcode']}"
    lines = [name, address["line1"], address["line2"], address["line3"], place, str(country or address["country"])]
    return [" ".join(line.split()) for line in lines if line.strip()]


def _payment(order: OrderRow) -> dict[str, str]:
    """How the order is paid, and what is still to be done about it."""
    method = method_of(order.payment_method)
    action = next_action_of(order.payment_method, order.payment_status, order.status)
    instructions = action.data.get("instructions", "") if action else ""
    return {"method": str(method.name) if method else "", "instructions": instructions}


def _reason(code: str) -> str:
    return {
        "customer_request": _("You have asked us to cancel it."),
        "payment_expired": _("It was not paid in time."),
    }.get(code, "")
