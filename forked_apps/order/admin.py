"""Oscar's admin, to look at. Oscar 4.2.1 lets an admin edit and delete orders behind stock and payment."""

from oscar.apps.order.admin import *  # noqa: F403

from nexus_shop.core.admin import make_read_only

from .models import (
    BillingAddress,
    CommunicationEvent,
    Line,
    LineAttribute,
    LinePrice,
    Order,
    OrderDiscount,
    OrderNote,
    OrderStatusChange,
    PaymentEvent,
    ShippingAddress,
    ShippingEvent,
    Surcharge,
)

make_read_only(
    *(Order, OrderNote, OrderStatusChange, OrderDiscount, Surcharge, BillingAddress, ShippingAddress),
    *(Line, LineAttribute, LinePrice, PaymentEvent, ShippingEvent, CommunicationEvent),
)
