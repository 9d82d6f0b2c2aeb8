"""The demo's own catalogue, customers, orders and texts."""

from typing import Final

from .clothing import CLOTHING
from .desk import DESK
from .downloads import DOWNLOADS
from .garden import GARDEN
from .kitchen import KITCHEN
from .living import LIVING
from .records import Item

#: The first of them is product 1: it is sold singly and always in stock.
ITEMS: Final[tuple[Item, ...]] = (*KITCHEN, *LIVING, *CLOTHING, *DESK, *GARDEN, *DOWNLOADS)
