"""Garden things."""

from typing import Final

from .records import NORTHERN, Item

_TOOLS: Final = "Greenstead"

GARDEN: Final = (
    Item(
        sku="NX-GRD-01",
        title="Hand trowel",
        category="demo-hand-tools",
        type="Garden",
        brand=_TOOLS,
        price="21.00",
        shape="trowel",
        colours=("Oak",),
        about=(
            (
                "Forged from one piece, with a tang that runs deep into the ash handle. It does not bend in clay, and "
                "the edge can be filed."
            ),
            "Marks on the blade show the depth for tulips, onions and lettuce.",
        ),
        details=("31 cm long", "Ash handle, oiled"),
        attributes={"material": "Ash", "frost_proof": True, "guarantee_years": 10},
        stock=54,
    ),
    Item(
        sku="NX-GRD-02",
        title="Hand fork",
        category="demo-hand-tools",
        type="Garden",
        brand=_TOOLS,
        price="21.00",
        shape="hand fork",
        colours=("Oak",),
        about=(
            (
                "Three tines for loosening soil and lifting roots whole. They are square in section, which keeps them "
                "straight between stones."
            ),
            "It has the same handle as the trowel; the two hang side by side on one nail.",
        ),
        details=("29 cm long", "Ash handle, oiled"),
        attributes={"material": "Ash", "frost_proof": True, "guarantee_years": 10},
        stock=47,
    ),
    Item(
        sku="NX-GRD-03",
        title="Bypass secateurs",
        category="demo-hand-tools",
        type="Garden",
        brand=_TOOLS,
        price="44.00",
        list_price="52.00",
        shape="secateurs",
        colours=("Rust", "Forest"),
        about=(
            (
                "A clean cut heals, a crushed one does not. The blades pass each other like scissors and are held by a "
                "bolt that is adjusted without a tool."
            ),
            (
                "Blade, spring and catch can all be replaced. Red handles are found again in the grass; green ones are "
                "for people who put things away."
            ),
        ),
        details=("Cuts up to 22 mm", "For right and left hands", "All parts replaceable"),
        attributes={"material": "Carbon steel", "frost_proof": True, "guarantee_years": 25},
        stock=35,
    ),
    Item(
        sku="NX-POT-01",
        title="Terracotta pot",
        category="demo-planters",
        type="Garden",
        brand="Harrowdown Pottery",
        price="12.00",
        shape="plant pot",
        colours=("Terracotta",),
        about=(
            (
                "Pressed from coarse clay and fired hard enough for frost. The wall breathes, the hole drains, and the "
                "white bloom that comes with time is part of it."
            ),
            "Saucers are included: the table below will be grateful.",
        ),
        details=("Small 12 cm, medium 18 cm, large 26 cm", "With saucer"),
        attributes={"material": "Terracotta", "colour": "Terracotta", "frost_proof": True},
        axes={"size": ("Small", "Medium", "Large")},
        surcharges={"Medium": "6.00", "Large": "16.00"},
        stock=60,
    ),
    Item(
        sku="NX-POT-02",
        title="Zinc window box",
        category="demo-planters",
        type="Garden",
        brand=_TOOLS,
        price="39.00",
        shape="window box",
        colours=("Zinc",),
        about=(
            (
                "Folded from one sheet, soldered at the corners, and light enough for an old sill. Zinc dulls within a "
                "season and then stays as it is for decades."
            ),
            "A false bottom keeps the roots out of the wet. Brackets come with it.",
        ),
        details=("60 by 18 by 17 cm", "Brackets included"),
        attributes={"material": "Zinc", "frost_proof": True, "guarantee_years": 5},
        stock=20,
        has_group_picture=True,
    ),
    Item(
        sku="NX-POT-03",
        title="Hanging planter",
        category="demo-planters",
        type="Garden",
        brand="Harrowdown Pottery",
        price="33.00",
        shape="hanging planter",
        colours=("Cream", "Slate"),
        about=(
            "A shallow bowl on three leather cords. It wants something that trails: string of hearts, ivy, thyme.",
            "There is no hole in the base, so it can hang above the sofa. A layer of grit does the work instead.",
        ),
        details=("24 cm across", "Cord of 70 cm, adjustable"),
        attributes={"material": "Stoneware", "colour": "Cream", "frost_proof": False},
        stock=17,
    ),
    Item(
        sku="NX-WTR-01",
        title="Watering can with long spout",
        category="demo-watering",
        type="Garden",
        brand=_TOOLS,
        price="47.00",
        shape="watering can",
        colours=("Sage", "Rust"),
        about=(
            (
                "Balanced so that it pours without being lifted: tip it, and the water goes where the spout points. "
                "The brass rose unscrews for seedlings that would rather not be rained on."
            ),
            "Galvanised inside and out, then painted. Five litres are as much as one arm wants to carry.",
        ),
        details=("Five litres", "Brass rose"),
        attributes={"material": "Zinc", "frost_proof": True, "guarantee_years": 5},
        axes={"colour": ("Sage", "Rust")},
        stock=23,
    ),
    Item(
        sku="NX-WTR-02",
        title="Plant mister",
        category="demo-watering",
        type="Garden",
        brand=_TOOLS,
        price="24.00",
        shape="mister",
        colours=("Brass",),
        about=(
            "A fine mist for ferns, orchids and shirts. The pump works at any angle, also upside down under a leaf.",
            "The nozzle can be taken apart and boiled, which cures hard water.",
        ),
        details=("300 ml", "Solid brass pump"),
        attributes={"material": "Brass", "colour": "Brass", "frost_proof": False},
        stock=38,
    ),
    Item(
        sku="NX-GLV-01",
        title="Leather gardening gloves",
        category="demo-watering",
        type="Garden",
        brand=_TOOLS,
        price="29.00",
        shape="gloves",
        colours=("Leather",),
        about=(
            "Goatskin, thin enough to feel a seed and tough enough for roses. The cuff is long and closes by a strap.",
            (
                "They stiffen when they get wet and soften as soon as they are worn again. Each pair comes with a "
                "thorn needle in the cuff."
            ),
        ),
        details=("Vegetable tanned", "Reinforced fingertips"),
        attributes={"material": "Leather"},
        axes={"glove_size": ("S", "M", "L")},
        stock=25,
    ),
    Item(
        sku="NX-FDR-01",
        title="Cedar bird feeder",
        category="demo-watering",
        type="Garden",
        brand="Ashbeck",
        price="52.00",
        shape="bird feeder",
        colours=("Walnut",),
        about=(
            "A small house with glass walls, so that you see when it wants filling. The roof lifts on its own cord.",
            "We are still trying out the perches with a family of sparrows, which is why it is not for sale yet.",
        ),
        details=("Red cedar, untreated", "Holds one kilogram of seed"),
        attributes={"material": "Cedar", "frost_proof": True, "guarantee_years": 5},
        stock=4,
        partners=(NORTHERN,),
        is_public=False,
        public_in_days=60,
        tags=("For birds", "Cedar"),
    ),
)
