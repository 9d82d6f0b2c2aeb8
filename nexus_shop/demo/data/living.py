"""Products for the living room."""

from typing import Final

from .records import MAIN, NORTHERN, Item

_LIGHT: Final = "Lumenhall"
_WAX: Final = "Tallowby"
_CLOTH: Final = "Linsey & Rook"
_WOOD: Final = "Ashbeck"

LIVING: Final = (
    Item(
        sku="NX-LMP-01",
        title="Dome table lamp",
        category="demo-lamps",
        type="Lighting",
        brand=_LIGHT,
        price="79.00",
        shape="table lamp",
        colours=("Ochre", "Forest", "Cream"),
        about=(
            (
                "A spun steel dome on a brass stem. The light falls on the table and nowhere else, which is what a "
                "room wants after supper."
            ),
            (
                "The switch sits in the cord, where a hand finds it in the dark. Shade, stem and socket come apart "
                "with one coin."
            ),
        ),
        details=("38 cm tall", "Cord of 1.8 m, covered in cotton", "Bulb included"),
        attributes={"height_cm": 38.0, "bulb": "E14, at most 40 W", "dimmable": True},
        axes={"colour": ("Ochre", "Forest", "Cream")},
        stock=16,
    ),
    Item(
        sku="NX-LMP-02",
        title="Floor lamp with paper shade",
        category="demo-lamps",
        type="Lighting",
        brand=_LIGHT,
        price="145.00",
        shape="floor lamp",
        colours=("White",),
        about=(
            "Three rings of pleated paper on a steel rod. By day it is a sculpture, in the evening a moon.",
            "The shade folds flat for moving house, and a new one costs less than a good bottle of wine.",
        ),
        details=("155 cm tall", "Shade of washi paper, replaceable", "Foot switch"),
        attributes={"material": "Paper", "colour": "White", "height_cm": 155.0, "bulb": "E27", "dimmable": False},
        stock=7,
    ),
    Item(
        sku="NX-LMP-03",
        title="Reading lamp with two joints",
        category="demo-lamps",
        type="Lighting",
        brand=_LIGHT,
        price="64.00",
        list_price="82.00",
        shape="reading lamp",
        colours=("Rust", "Slate"),
        about=(
            (
                "It bends where you want it and stays there. The two joints are brass and can be tightened by hand "
                "when, in ten years or so, they begin to tire."
            ),
            "The head is ventilated, so the shade never gets hot enough to wake a sleeping child.",
        ),
        details=("Reach of 60 cm", "Warm light, 2,700 K", "Heavy foot, or a clamp for the shelf"),
        attributes={"colour": "Rust", "height_cm": 52.0, "bulb": "GU10, LED", "dimmable": True},
        stock=29,
        has_group_picture=True,
    ),
    Item(
        sku="NX-CND-01",
        title="Beeswax pillar candle",
        category="demo-candles",
        type="Candles",
        brand=_WAX,
        price="12.00",
        shape="pillar candle",
        colours=("Honey",),
        about=(
            (
                "Pure beeswax from moorland hives. It smells faintly of honey before it is lit and hardly at all while "
                "it burns."
            ),
            "Give it an hour the first time, until the wax is liquid to the rim: then it will burn down level.",
        ),
        details=("12 by 6 cm", "Cotton wick"),
        attributes={"material": "Beeswax", "scent": "Honey", "burn_hours": 45},
        stock=90,
        has_group_picture=True,
    ),
    Item(
        sku="NX-CND-02",
        title="Scented candle, fig and cedar",
        category="demo-candles",
        type="Candles",
        brand=_WAX,
        price="18.00",
        shape="jar candle",
        colours=("Moss",),
        about=(
            (
                "Green fig leaves first, dry cedar afterwards. We stopped where it could still be overlooked: a room "
                "should smell of itself."
            ),
            "The jar is a good tumbler once the wax is gone. Hot water and a spoon are all it takes.",
        ),
        details=("220 grams of rapeseed wax", "Jar to be used again"),
        attributes={"material": "Rapeseed wax", "scent": "Fig and cedar", "burn_hours": 40},
        stock=58,
    ),
    Item(
        sku="NX-CND-03",
        title="Scented candle, sea salt",
        category="demo-candles",
        type="Candles",
        brand=_WAX,
        price="18.00",
        shape="jar candle",
        colours=("Sky",),
        about=(
            "Salt, driftwood and a little sage. It was made for bathrooms and has since spread through the house.",
            "Poured in small batches by two people who know each other's handwriting on the labels.",
        ),
        details=("220 grams of rapeseed wax", "Jar to be used again"),
        attributes={"material": "Rapeseed wax", "scent": "Sea salt", "burn_hours": 40},
        stock=61,
    ),
    Item(
        sku="NX-CND-04",
        title="Dinner candles, box of six",
        category="demo-candles",
        type="Candles",
        brand=_WAX,
        price="15.00",
        shape="dinner candles",
        colours=("Terracotta", "Sage", "Navy"),
        about=(
            "Dipped twenty-eight times, as they were two hundred years ago, so the colour goes all the way through.",
            "They fit every common holder. In a draught-free room they do not drip.",
        ),
        details=("25 cm long, 2.2 cm thick", "Burn for seven hours each"),
        attributes={"material": "Rapeseed wax", "scent": "Unscented", "burn_hours": 7},
        stock=110,
    ),
    Item(
        sku="NX-CSH-01",
        title="Wool cushion",
        category="demo-cushions",
        type="Home textiles",
        brand=_CLOTH,
        price="44.00",
        shape="cushion",
        colours=("Teal", "Ochre", "Berry"),
        about=(
            (
                "Woven from lambswool in a herringbone that you feel before you see it. The back is plain, so it can "
                "be turned when guests are expected."
            ),
            "Filled with feathers from a certified farm. The cover comes off by a zip hidden in the seam.",
        ),
        details=("50 by 50 cm", "Feather filling included"),
        attributes={
            "fibres": ("Lambswool",),
            "dimensions": "50 x 50 cm",
            "care": "<p>Air it often, wash the cover by hand in cool water.</p>",
        },
        axes={"colour": ("Teal", "Ochre", "Berry")},
        stock=22,
    ),
    Item(
        sku="NX-CSH-02",
        title="Corduroy floor cushion",
        category="demo-cushions",
        type="Home textiles",
        brand=_CLOTH,
        price="58.00",
        shape="floor cushion",
        colours=("Forest", "Rust"),
        about=(
            (
                "A firm round cushion for sitting on the floor: at the low table, by the fire, beside the dog. The "
                "cord is wide and soft, and wears to a shine."
            ),
            "Stuffed with buckwheat husks and wool. It takes on your shape within a week.",
        ),
        details=("60 cm across, 18 cm high", "Carrying loop"),
        attributes={"colour": "Forest", "fibres": ("Cotton",), "dimensions": "60 x 18 cm"},
        stock=13,
        partners=(MAIN, NORTHERN),
    ),
    Item(
        sku="NX-BLK-01",
        title="Lambswool throw",
        category="demo-blankets",
        type="Home textiles",
        brand=_CLOTH,
        price="96.00",
        shape="throw",
        colours=("Rose", "Slate"),
        about=(
            (
                "Spun, woven and brushed in one valley. It is warm out of all proportion to its weight, and large "
                "enough for two who like each other."
            ),
            "The fringe is twisted by hand, which takes longer than the weaving.",
        ),
        details=("135 by 190 cm", "850 grams", "Mothproof without chemicals: keep it in use"),
        attributes={"fibres": ("Lambswool", "Mohair"), "dimensions": "135 x 190 cm"},
        axes={"colour": ("Rose", "Slate")},
        stock=8,
        partners=(NORTHERN,),
    ),
    Item(
        sku="NX-BLK-02",
        title="Waffle blanket",
        category="demo-blankets",
        type="Home textiles",
        brand=_CLOTH,
        price="62.00",
        shape="throw",
        colours=("Cream",),
        about=(
            "Cotton woven in small squares that hold the air. A summer blanket by itself, a second layer in winter.",
            (
                "It shrinks a little in the first wash, on purpose: that is what makes it soft. The sizes are those "
                "after it."
            ),
        ),
        details=("Single is 150 by 220 cm", "Double is 220 by 240 cm"),
        attributes={"colour": "Cream", "fibres": ("Cotton",), "care": "<p>Wash at 60 degrees, tumble dry.</p>"},
        axes={"size": ("Single", "Double")},
        surcharges={"Double": "24.00"},
        stock=15,
        list_price="70.00",
    ),
    Item(
        sku="NX-BSK-01",
        title="Seagrass basket",
        category="demo-baskets",
        type="Home goods",
        brand="Tidewater",
        price="24.00",
        shape="basket",
        colours=("Willow",),
        about=(
            (
                "Seagrass twisted into cord and woven round a steel frame. It takes logs, laundry or a sleeping cat, "
                "and smells of hay on warm days."
            ),
            "The handles are wrapped, not stapled. They carry what the basket holds.",
        ),
        details=("Small 22 cm, medium 32 cm, large 42 cm high", "Wipe with a damp cloth"),
        attributes={"material": "Seagrass"},
        axes={"size": ("Small", "Medium", "Large")},
        surcharges={"Medium": "10.00", "Large": "22.00"},
        stock=20,
    ),
    Item(
        sku="NX-BSK-02",
        title="Willow log basket",
        category="demo-baskets",
        type="Home goods",
        brand=_WOOD,
        price="85.00",
        shape="basket",
        colours=("Walnut",),
        about=(
            (
                "Brown willow, cut in January and woven while it is still supple. Strong enough to be dragged across "
                "the yard with a full load."
            ),
            "One person makes one basket a day, and only in winter. Ask us when the next ones are due.",
        ),
        details=("45 cm across", "Rope handles"),
        attributes={"material": "Willow", "height_cm": 36.0},
        stock=0,
        partners=(NORTHERN,),
    ),
    Item(
        sku="NX-BOX-01",
        title="Felt storage box",
        category="demo-baskets",
        type="Home goods",
        brand="Tidewater",
        price="26.00",
        list_price="32.00",
        shape="felt box",
        colours=("Grey", "Navy"),
        about=(
            (
                "Thick felt, folded and held by two leather tabs. It fits the shelves that everybody has, and folds "
                "flat when there is nothing to hide."
            ),
            "The felt is pressed from bottles, two dozen to the box.",
        ),
        details=("32 by 32 by 30 cm", "Carries ten kilograms"),
        attributes={"material": "Felt", "colour": "Grey", "height_cm": 30.0},
        stock=41,
    ),
    Item(
        sku="NX-VAS-01",
        title="Bud vases, set of three",
        category="demo-vases",
        type="Home goods",
        brand="Harrowdown Pottery",
        price="27.00",
        shape="vases",
        colours=("Sky",),
        about=(
            (
                "Three small vases that do not match and belong together. One stem each is enough; a twig will do in "
                "February."
            ),
            "Glazed inside and out, so they may also stand on a window sill without leaving a ring.",
        ),
        details=("9, 12 and 15 cm high",),
        attributes={"material": "Stoneware", "colour": "Sky", "height_cm": 15.0},
        stock=34,
    ),
    Item(
        sku="NX-VAS-02",
        title="Tall vase",
        category="demo-vases",
        type="Home goods",
        brand="Harrowdown Pottery",
        price="54.00",
        shape="tall vase",
        colours=("Terracotta", "Charcoal"),
        about=(
            (
                "For branches, for sunflowers, or for nothing at all. The narrow neck holds long stems upright, the "
                "wide foot keeps them from tipping."
            ),
            "Thrown in two parts and joined at the waist. If you look for the seam you will find it.",
        ),
        details=("34 cm high", "Holds two litres"),
        attributes={"material": "Stoneware", "colour": "Terracotta", "height_cm": 34.0},
        stock=11,
        partners=(NORTHERN, MAIN),
    ),
)
