"""Oscar's hooks: order numbers and the writing of orders."""

from typing import Any, NoReturn

from oscar.apps.order.utils import OrderCreator as OscarOrderCreator
from oscar.apps.order.utils import OrderDispatcher
from oscar.apps.order.utils import OrderNumberGenerator as OscarOrderNumberGenerator

from .numbers import new_order_number

__all__ = ["OrderCreator", "OrderDispatcher", "OrderNumberGenerator"]


class OrderNumberGenerator(OscarOrderNumberGenerator):
    """Oscar 4.2.1 counts: competitors read the number of carts off it, and a crashed checkout blocks its cart."""

    def order_number(self, basket: Any) -> str:
        """A random number."""
        return new_order_number()


class OrderCreator(OscarOrderCreator):
    """Oscar 4.2.1 checks neither stock nor total nor rivals when it writes an order."""

    def place_order(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse: `forked_apps.checkout.operations` is the one way to an order."""
        raise RuntimeError("Orders are placed by forked_apps.checkout.operations.complete_checkout")
