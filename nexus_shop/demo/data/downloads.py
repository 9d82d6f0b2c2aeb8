"""Files to read at once: nothing is shipped, nothing runs out."""

from datetime import date
from typing import Final

from .product_types import DOWNLOAD
from .records import NORTHERN, Item

_PRESS: Final = "Quire Lane"

DOWNLOADS: Final = (
    Item(
        sku="NX-EBK-01",
        title="One-pan suppers (e-book)",
        category="demo-ebooks",
        type=DOWNLOAD,
        brand=_PRESS,
        price="9.90",
        shape="book",
        colours=("Rust",),
        about=(
            (
                "Forty dishes that need one pan, one board and about half an hour. They are sorted by what is left in "
                "the cupboard rather than by season."
            ),
            "Written by two people who cook after work and wash up before bed. Every recipe says what can be left out.",
        ),
        details=("Forty recipes", "Shopping lists that can be ticked off", "No lock: read it wherever you like"),
        attributes={"pages": 132, "formats": ("PDF", "EPUB"), "published": date(2025, 3, 14)},
    ),
    Item(
        sku="NX-EBK-02",
        title="A year on the window sill (e-book)",
        category="demo-ebooks",
        type=DOWNLOAD,
        brand=_PRESS,
        price="7.50",
        list_price="9.90",
        shape="book",
        colours=("Forest",),
        about=(
            (
                "Twelve months of herbs, salad and tomatoes on a sill of sixty centimetres. It begins in the month in "
                "which you open it."
            ),
            "With drawings instead of photographs: leaves look like leaves, and pests like pests.",
        ),
        details=("Sowing calendar to print", "Thirty plants"),
        attributes={"pages": 96, "formats": ("PDF", "EPUB"), "published": date(2025, 9, 1)},
    ),
    Item(
        sku="NX-PTN-01",
        title="Knitting pattern: weekend beanie",
        category="demo-patterns",
        type=DOWNLOAD,
        brand="Dale & Daughters",
        price="4.50",
        shape="pattern",
        colours=("Rust",),
        about=(
            (
                "The pattern of our own beanie: cast on on Friday evening, wear it on Sunday. It is knitted in the "
                "round and needs no seam."
            ),
            "The chart is given for three gauges, so that the yarn in your drawer will do.",
        ),
        details=("Charts and words", "Three sizes"),
        attributes={"pages": 6, "formats": ("PDF",), "level": "Beginner", "published": date(2024, 11, 2)},
        partners=(NORTHERN,),
    ),
    Item(
        sku="NX-PTN-02",
        title="Sewing pattern: cross-back apron",
        category="demo-patterns",
        type=DOWNLOAD,
        brand="Linsey & Rook",
        price="6.00",
        shape="pattern",
        colours=("Teal",),
        about=(
            (
                "An apron without ties: the straps cross at the back and stay where they are. One and a half metres of "
                "linen make one, the scraps make a pocket."
            ),
            "Print it at home and glue the sheets, or send the large page to a copy shop.",
        ),
        details=("A4 and A0", "Three sizes"),
        attributes={"pages": 14, "formats": ("PDF",), "level": "Intermediate", "published": date(2025, 5, 23)},
    ),
)
