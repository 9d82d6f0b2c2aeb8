"""Orders of the past weeks, and how far each of them has come."""

from dataclasses import dataclass
from typing import Final

from forked_apps.address.validation import PostalAddress

from .people import CARL, CLARA, EMMA, HANNAH, JAMES, LIAM, MARIA, OLIVER, SOFIA, TOM, YUKI

PAID: Final = "paid"
PART_SHIPPED: Final = "part shipped"  # the first line only
DONE: Final = (PAID, "shipped", "delivered")


@dataclass(frozen=True, slots=True)
class Bought:
    """Units of a product, with what is to be engraved."""

    sku: str
    quantity: int = 1
    engraving: str = ""


@dataclass(frozen=True, slots=True)
class PastOrder:
    """An order of a customer, or of a guest where `address` is given. `steps` are statuses, and PAID, PART_SHIPPED.

    `number` finds it again: an order is placed once for each.
    """

    number: int
    email: str
    days_ago: int
    items: tuple[Bought, ...]
    steps: tuple[str, ...] = ()
    voucher: str = ""
    notes: str = ""
    address: PostalAddress | None = None


ORDERS: Final = (
    PastOrder(1, CARL, 47, (Bought("NX-MUG-01", 4), Bought("NX-TEA-02")), DONE),
    PastOrder(2, HANNAH, 43, (Bought("NX-KNT-01-CREAM-M"), Bought("NX-SOK-01-3941", 2)), DONE, voucher="WELCOME10"),
    PastOrder(3, TOM, 40, (Bought("NX-GRD-01"), Bought("NX-GRD-02"), Bought("NX-POT-01-LARGE", 3)), DONE),
    PastOrder(
        4, CLARA, 36, (Bought("NX-CND-02", 2), Bought("NX-CND-04", 3)), DONE, notes="A present: no invoice, please."
    ),
    PastOrder(5, OLIVER, 33, (Bought("NX-PEN-01", 1, "OLIVER 1987"), Bought("NX-INK-01-NAVY", 2)), DONE),
    PastOrder(6, SOFIA, 29, (Bought("NX-LMP-01-OCHRE", 2),), (*DONE, "returned")),
    PastOrder(7, JAMES, 26, (Bought("NX-TSH-01-WHITE-L", 3), Bought("NX-TSH-01-MOSS-L", 2)), DONE),
    PastOrder(8, MARIA, 22, (Bought("NX-PLT-01-SAGE", 6), Bought("NX-BWL-01-HONEY", 6)), DONE),
    PastOrder(9, YUKI, 19, (Bought("NX-BRD-01-WALNUT-LARGE"), Bought("NX-KNF-01")), ("cancelled",)),
    PastOrder(10, EMMA, 15, (Bought("NX-EBK-01"), Bought("NX-EBK-02")), DONE),
    PastOrder(
        11,
        "guest.shopper@example.com",
        12,
        (Bought("NX-BAG-02-FOREST"),),
        (PAID, "shipped"),
        address=PostalAddress("GB", "8 Station Approach", "Bath", "Grace", "Holloway", postcode="BA1 1SU"),
    ),
    PastOrder(12, CARL, 9, (Bought("NX-BLK-01-SLATE"), Bought("NX-CSH-01-TEAL", 2)), (PAID, PART_SHIPPED)),
    PastOrder(13, LIAM, 7, (Bought("NX-MUG-03", 4), Bought("NX-NTB-02", 2)), (PAID, "shipped")),
    PastOrder(
        14,
        CLARA,
        4,
        (Bought("NX-NTB-01-DOTTED", 2), Bought("NX-PEN-02-FOREST", 1, "CLARA")),
        (PAID,),
        voucher="WELCOME10",
    ),
    PastOrder(15, HANNAH, 3, (Bought("NX-DSK-01-OAK"), Bought("NX-DSK-02", 1, "H. REYES 2026")), (PAID,)),
    PastOrder(16, JAMES, 2, (Bought("NX-PAN-01-24CM"), Bought("NX-LIN-01", 2)), (PAID,)),
    PastOrder(17, CARL, 1, (Bought("NX-CND-01", 3), Bought("NX-VAS-01")), notes="Please ring at the back door."),
    PastOrder(
        18,
        "second.guest@example.com",
        0,
        (Bought("NX-WTR-01-SAGE"), Bought("NX-GLV-01-M")),
        address=PostalAddress("IE", "21 Quay Street", "Galway", "Niamh", "Walsh", state="Galway", postcode="H91 E9NN"),
    ),
)
