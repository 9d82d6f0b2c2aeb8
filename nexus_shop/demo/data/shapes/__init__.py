"""What the demo shop sells, as flat shapes, by name."""

from typing import Final

from nexus_shop.demo.drawings import Thing

from .clothing import CLOTHING
from .desk import DESK
from .garden import GARDEN
from .kitchen import KITCHEN
from .living import LIVING

SHAPES: Final[dict[str, Thing]] = KITCHEN | LIVING | CLOTHING | DESK | GARDEN
