"""Oscar's admin, to look at. Oscar 4.2.1 lets an admin edit and delete orders behind stock and payment."""

from oscar.apps.order.admin import *  # noqa: F403

from nexus_shop.core.admin import make_read_only

from .models import (
    Line,
    LineAttribute,
    LinePrice,
    Order,
    OrderDiscount,
    OrderStatusChange,
    PaymentEvent,
    ShippingEvent,
    Surcharge,
)

make_read_only(
    Order, Line, LineAttribute, LinePrice, OrderDiscount, OrderStatusChange, PaymentEvent, ShippingEvent, Surcharge
)
