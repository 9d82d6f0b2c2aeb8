"""Clothes, bags and socks."""

from typing import Final

from .records import MAIN, NORTHERN, Item

_MAKER: Final = "Fellgate"
_KNIT: Final = "Dale & Daughters"
_WASH_WOOL: Final = "<p>Wool programme, cold. Dry flat, <strong>never</strong> on a radiator.</p>"

CLOTHING: Final = (
    Item(
        sku="NX-TSH-01",
        title="Heavy cotton T-shirt",
        category="demo-tshirts",
        type="Clothing",
        brand=_MAKER,
        price="28.00",
        shape="t-shirt",
        colours=("White", "Navy", "Moss"),
        about=(
            (
                "A T-shirt with some weight to it: 240 grams to the square metre, knitted in the round and washed "
                "before it is cut. What fits you on the first day fits you after the fiftieth wash."
            ),
            (
                "The collar is bound with tape, the shoulders are double stitched, and there is no label to scratch "
                "the neck."
            ),
        ),
        details=("Long-staple organic cotton", "Straight cut", "Made in Portugal"),
        attributes={"fibres": ("Cotton",), "fit": "Straight", "care": "<p>Wash at 40 degrees, inside out.</p>"},
        axes={"colour": ("White", "Navy", "Moss"), "size": ("S", "M", "L", "XL")},
        sold_out=("Navy, M", "Moss, XL"),
        stock=40,
    ),
    Item(
        sku="NX-TSH-02",
        title="Striped shirt with long sleeves",
        category="demo-tshirts",
        type="Clothing",
        brand=_MAKER,
        price="42.00",
        list_price="49.00",
        shape="striped shirt",
        colours=("Navy", "Berry"),
        about=(
            (
                "The sailor's shirt, with a wide neck that once let him out of it quickly. We have kept the neck and "
                "made the rest a little shorter."
            ),
            "The stripes are knitted in, so they meet at the side seams. Somebody checks each one.",
        ),
        details=("190 g cotton jersey", "Dropped shoulders"),
        attributes={"colour": "Navy", "fibres": ("Cotton", "Elastane"), "fit": "Relaxed"},
        axes={"size": ("S", "M", "L", "XL")},
        stock=24,
    ),
    Item(
        sku="NX-KNT-01",
        title="Fisherman's jumper",
        category="demo-knitwear",
        type="Clothing",
        brand=_KNIT,
        price="128.00",
        shape="jumper",
        colours=("Cream", "Navy"),
        about=(
            (
                "Three cables and a neck that stands up to the wind. The yarn keeps some of its lanolin, and with it "
                "much of the rain."
            ),
            (
                "Knitted on hand frames in our own workshop; it takes most of a day. Elbows are mended free of charge "
                "for as long as we are here."
            ),
        ),
        details=("100 % lambswool", "Cables front and back", "Mending for life"),
        attributes={"fibres": ("Lambswool",), "fit": "Roomy", "care": _WASH_WOOL},
        axes={"colour": ("Cream", "Navy"), "size": ("S", "M", "L")},
        sold_out=("Cream, L",),
        stock=7,
        partners=(NORTHERN,),
    ),
    Item(
        sku="NX-KNT-02",
        title="Merino cardigan",
        category="demo-knitwear",
        type="Clothing",
        brand=_KNIT,
        price="98.00",
        shape="cardigan",
        colours=("Berry",),
        about=(
            (
                "Fine merino with walnut buttons. It goes under a jacket in March and over a shirt in September, and "
                "takes no room in a bag in between."
            ),
            "The button band is doubled, so that it stays straight even where it is never closed.",
        ),
        details=("19.5 micron merino", "Buttons of walnut wood, one spare"),
        attributes={"colour": "Berry", "fibres": ("Merino", "Cashmere"), "fit": "Slim", "care": _WASH_WOOL},
        axes={"size": ("S", "M", "L", "XL")},
        stock=12,
    ),
    Item(
        sku="NX-SCF-01",
        title="Merino scarf",
        category="demo-scarves",
        type="Clothing",
        brand=_KNIT,
        price="46.00",
        shape="scarf",
        colours=("Ochre", "Forest", "Plum"),
        about=(
            "Long enough to go round twice. The wool is soft enough for people who think that they cannot wear wool.",
            "Woven with a small pattern of steps that shows only close by.",
        ),
        details=("30 by 190 cm", "Twisted fringe"),
        attributes={"fibres": ("Merino",), "care": _WASH_WOOL},
        axes={"colour": ("Ochre", "Forest", "Plum")},
        stock=28,
    ),
    Item(
        sku="NX-HAT-01",
        title="Ribbed beanie",
        category="demo-scarves",
        type="Clothing",
        brand=_KNIT,
        price="26.00",
        shape="beanie",
        colours=("Rust", "Charcoal", "Sage"),
        about=(
            (
                "A deep rib that covers the ears and turns up once. It has no seam at the crown: it is closed by hand, "
                "stitch by stitch."
            ),
            (
                "One size has fitted everybody so far. The pattern is in the shop as well, for those who would rather "
                "do it themselves."
            ),
        ),
        details=("100 % lambswool", "One size"),
        attributes={"fibres": ("Lambswool",), "fit": "One size", "care": _WASH_WOOL},
        axes={"colour": ("Rust", "Charcoal", "Sage")},
        stock=55,
    ),
    Item(
        sku="NX-HAT-02",
        title="Waxed bucket hat",
        category="demo-scarves",
        type="Clothing",
        brand=_MAKER,
        price="38.00",
        shape="bucket hat",
        colours=("Moss",),
        about=(
            (
                "Waxed cotton with a brim that sheds the rain behind the collar. It can be rolled up and kept in a "
                "coat pocket for months, and comes out as if nothing had happened."
            ),
            "A tin of wax renews it once a year.",
        ),
        details=("Cotton lining", "Brim of 6 cm"),
        attributes={"colour": "Moss", "fibres": ("Cotton",), "care": "<p>Brush off mud. Do not wash: wax again.</p>"},
        axes={"size": ("S/M", "L/XL")},
        stock=19,
    ),
    Item(
        sku="NX-BAG-01",
        title="Canvas tote",
        category="demo-bags",
        type="Bags",
        brand=_MAKER,
        price="22.00",
        shape="tote",
        colours=("Cream", "Teal"),
        about=(
            (
                "Sailcloth of half a kilogram to the square metre, with handles that run under the bottom. It stands "
                "by itself while you pack it."
            ),
            "There is one pocket inside, for keys, at the height where keys are looked for.",
        ),
        details=("40 by 36 by 14 cm", "Carries fifteen kilograms"),
        attributes={"colour": "Cream", "fibres": ("Cotton",), "volume_litres": 18.0, "waterproof": False},
        stock=86,
        has_group_picture=True,
    ),
    Item(
        sku="NX-BAG-02",
        title="Waxed rucksack",
        category="demo-bags",
        type="Bags",
        brand=_MAKER,
        price="119.00",
        shape="rucksack",
        colours=("Forest", "Navy"),
        about=(
            (
                "For the train on Monday and the hills on Saturday. The flap closes by two leather straps with magnets "
                "behind the buckles, because nobody has time for real ones."
            ),
            "A padded sleeve takes a computer of fifteen inches. The bottom is doubled and may stand in a puddle.",
        ),
        details=("20 litres", "Padded back", "Straps of bridle leather"),
        attributes={"fibres": ("Cotton", "Polyamide"), "volume_litres": 20.0, "waterproof": True},
        axes={"colour": ("Forest", "Navy")},
        stock=14,
        list_price="139.00",
    ),
    Item(
        sku="NX-BAG-03",
        title="Roll-top washbag",
        category="demo-bags",
        type="Bags",
        brand=_MAKER,
        price="34.00",
        shape="washbag",
        colours=("Slate",),
        about=(
            (
                "Everything in one bag, and the shampoo only in that bag. The lining is welded, not sewn, so what "
                "leaks stays inside."
            ),
            "It opens flat and has a hook for the nail that no bathroom has in the right place.",
        ),
        details=("4 litres", "Welded lining"),
        attributes={"colour": "Slate", "fibres": ("Cotton", "Polyamide"), "volume_litres": 4.0, "waterproof": True},
        stock=31,
        partners=(MAIN, NORTHERN),
    ),
    Item(
        sku="NX-SOK-01",
        title="Walking socks",
        category="demo-socks",
        type="Clothing",
        brand=_KNIT,
        price="16.00",
        shape="socks",
        colours=("Rust",),
        about=(
            (
                "Terry at heel and toe, rib over the arch, no seam where the boot presses. They dry overnight on a "
                "line above the stove."
            ),
            "Guaranteed for three years or a thousand miles. We take your word for either.",
        ),
        details=("Merino with polyamide", "Left and right are marked"),
        attributes={"colour": "Rust", "fibres": ("Merino", "Polyamide"), "care": _WASH_WOOL},
        axes={"size": ("36-38", "39-41", "42-45")},
        stock=70,
    ),
    Item(
        sku="NX-SOK-02",
        title="Bed socks",
        category="demo-socks",
        type="Clothing",
        brand=_KNIT,
        price="20.00",
        shape="socks",
        colours=("Rose", "Sky"),
        about=(
            (
                "Loose, thick and slightly silly. Brushed mohair keeps the warmth of the hot-water bottle long after "
                "the bottle has lost it."
            ),
            "Not made for shoes, and hardly for stairs.",
        ),
        details=("One size", "Knitted in the workshop"),
        attributes={"colour": "Rose", "fibres": ("Mohair", "Lambswool"), "fit": "One size"},
        stock=26,
        partners=(NORTHERN,),
    ),
)
