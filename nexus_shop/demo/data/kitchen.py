"""Products of the kitchen."""

from typing import Final

from .records import MAIN, NORTHERN, Item

_POTTERY: Final = "Harrowdown Pottery"
_WOOD: Final = "Ashbeck"
_BREW: Final = "Kettlewick"
_CLOTH: Final = "Linsey & Rook"

#: The first of them is the shop's first product: sold singly, always in stock.
KITCHEN: Final = (
    Item(
        sku="NX-MUG-01",
        title="Everyday stoneware mug",
        category="demo-mugs",
        type="Tableware",
        brand=_POTTERY,
        price="14.00",
        shape="mug",
        colours=("Sand", "Slate"),
        about=(
            (
                "The mug that stays at the front of the cupboard. It holds a generous third of a litre, and its handle "
                "has room for three fingers, gloved or not."
            ),
            (
                "Each one is thrown on the wheel and dipped by hand, so the line where the glaze ends is never quite "
                "the same. The foot is left bare and polished: it will not scratch the table."
            ),
        ),
        details=("Holds 350 ml", "Fit for microwave and dishwasher", "Glaze free of lead and cadmium"),
        attributes={"material": "Stoneware", "colour": "Sand", "capacity_ml": 350, "dishwasher_safe": True},
        stock=240,
        barcode="2000000000015",
        tags=("Handmade", "Gifts"),
        goes_with=("NX-MUG-02", "NX-CUP-01"),
    ),
    Item(
        sku="NX-MUG-02",
        title="Tall latte mug",
        category="demo-mugs",
        type="Tableware",
        brand=_POTTERY,
        price="18.00",
        shape="tall mug",
        colours=("Forest", "Rust", "Navy"),
        about=(
            (
                "Tall and slightly tapered, with space for milk on top of a double shot. The lower third is left in a "
                "paler glaze that feels like river stone."
            ),
            "Because the wall is thick the coffee stays warm for as long as the conversation does.",
        ),
        details=("Holds 420 ml", "12 cm tall"),
        attributes={"material": "Stoneware", "capacity_ml": 420, "dishwasher_safe": True},
        axes={"colour": ("Forest", "Rust", "Navy")},
        sold_out=("Rust",),
        stock=36,
        tags=("Handmade",),
    ),
    Item(
        sku="NX-CUP-01",
        title="Espresso cups, set of two",
        category="demo-mugs",
        type="Tableware",
        brand=_POTTERY,
        price="22.00",
        shape="espresso cups",
        colours=("Berry",),
        about=(
            (
                "Two small cups with saucers for coffee that is over in three sips. The inside is rounded like half an "
                "egg, which keeps the crema together."
            ),
            "They come wrapped in one box, and make a present that is seldom passed on.",
        ),
        details=("Holds 70 ml each", "With saucers"),
        attributes={"material": "Stoneware", "colour": "Berry", "capacity_ml": 70, "dishwasher_safe": True},
        stock=48,
        partners=(MAIN, NORTHERN),
    ),
    Item(
        sku="NX-MUG-03",
        title="Enamel camp mug",
        category="demo-mugs",
        type="Tableware",
        brand=_BREW,
        price="9.50",
        list_price="12.00",
        shape="enamel mug",
        colours=("White", "Sky"),
        about=(
            (
                "Steel under two coats of enamel, with a navy rim. It can stand on a stove or at the edge of a fire, "
                "and weighs next to nothing in a rucksack."
            ),
            "Should it fall, a chip gives it character and does no harm: the steel beneath is sealed.",
        ),
        details=("Holds 300 ml", "110 grams", "Not for the microwave"),
        attributes={"material": "Enamel", "colour": "White", "capacity_ml": 300, "dishwasher_safe": True},
        stock=130,
        has_group_picture=True,
    ),
    Item(
        sku="NX-TEA-01",
        title="Round teapot, one litre",
        category="demo-brewers",
        type="Tableware",
        brand=_POTTERY,
        price="42.00",
        shape="teapot",
        colours=("Sand", "Teal"),
        about=(
            (
                "A pot that pours without a drip: the spout is cut at a sharp angle and sits just above the level of "
                "the tea. It makes four cups, or two very large ones."
            ),
            "The strainer is built in, so loose leaves stay where they belong. The lid locks with a quarter turn.",
        ),
        details=("Holds one litre", "Strainer behind the spout", "Lid that stays on when pouring"),
        attributes={"material": "Stoneware", "capacity_ml": 1000, "dishwasher_safe": True},
        axes={"colour": ("Sand", "Teal")},
        stock=14,
    ),
    Item(
        sku="NX-TEA-02",
        title="Glass teapot with basket",
        category="demo-brewers",
        type="Tableware",
        brand=_BREW,
        price="34.00",
        shape="teapot",
        colours=("Glass",),
        about=(
            (
                "Clear glass, so that you see when the tea is ready. The steel basket lifts out and has a rest of its "
                "own, which also serves as a lid for the tin."
            ),
            "It stands a jump from the fridge to boiling water, and the handle stays cool.",
        ),
        details=("Holds 900 ml", "Steel basket, 0.3 mm mesh"),
        attributes={"material": "Glass", "capacity_ml": 900, "dishwasher_safe": True},
        stock=21,
    ),
    Item(
        sku="NX-BRW-01",
        title="Pour-over coffee maker",
        category="demo-brewers",
        type="Kitchen tools",
        brand=_BREW,
        price="38.00",
        shape="pour-over",
        colours=("Oak", "Walnut"),
        about=(
            (
                "A cone, a carafe and nothing to plug in. Pour slowly, wait, and four minutes later there is coffee "
                "that tastes of what is written on the bag."
            ),
            "The wooden collar comes off for washing. Standard paper filters fit; a pack of forty is included.",
        ),
        details=("Makes 600 ml", "With forty paper filters"),
        attributes={"material": "Glass", "length_cm": 22.5, "dishwasher_safe": False},
        stock=33,
    ),
    Item(
        sku="NX-BRW-02",
        title="French press",
        category="demo-brewers",
        type="Kitchen tools",
        brand=_BREW,
        price="29.00",
        shape="french press",
        colours=("Steel", "Black"),
        about=(
            (
                "Four minutes, one slow push. The plunger has a double mesh and a spring that follows the glass, so "
                "the grounds stay at the bottom where they should."
            ),
            "Every part can be bought again, the glass included. That is why some of ours are thirty years old.",
        ),
        details=("Heat-proof glass", "All parts replaceable"),
        attributes={
            "material": "Stainless steel",
            "dishwasher_safe": True,
            "care": "<p>Take the plunger apart <strong>once a week</strong> and rinse the mesh.</p>",
        },
        axes={"size": ("Three cups", "Eight cups")},
        surcharges={"Eight cups": "10.00"},
        stock=27,
        list_price="35.00",
    ),
    Item(
        sku="NX-BRD-01",
        title="Chopping board with handle",
        category="demo-knives",
        type="Kitchen tools",
        brand=_WOOD,
        price="32.00",
        shape="board",
        colours=("Oak", "Walnut"),
        about=(
            (
                "Cut from a single plank, oiled three times and finished with beeswax. The grain runs along the "
                "handle, which is what keeps it from breaking after years of being hung on a nail."
            ),
            (
                "Our workshop makes it in two woods and two sizes. The small one is for an onion or a lemon, the large "
                "one for a loaf and everything that goes with it."
            ),
        ),
        details=("Two centimetres thick", "Food-safe oil", "Timber from managed woodland within fifty miles"),
        attributes={
            "care": "<p>Wash by hand, dry upright, oil <em>every other month</em>.</p>",
            "dishwasher_safe": False,
        },
        axes={"material": ("Oak", "Walnut"), "size": ("Small", "Large")},
        surcharges={"Large": "16.00"},
        stock=12,
        partners=(NORTHERN,),
    ),
    Item(
        sku="NX-BRD-02",
        title="Bread board with crumb tray",
        category="demo-knives",
        type="Kitchen tools",
        brand=_WOOD,
        price="46.00",
        shape="bread board",
        colours=("Oak",),
        about=(
            (
                "The slats lift out, the crumbs stay in the tray beneath, and the birds get their share. Wide enough "
                "for a two-pound loaf cut across."
            ),
            "Joined without screws: the corners are finger joints, glued once and for all.",
        ),
        details=("40 by 24 cm", "Slats lift out in one piece"),
        attributes={"material": "Oak", "length_cm": 40.0, "dishwasher_safe": False},
        stock=9,
        partners=(NORTHERN,),
    ),
    Item(
        sku="NX-KNF-01",
        title="Chef's knife, 20 cm",
        category="demo-knives",
        type="Kitchen tools",
        brand=_WOOD,
        price="89.00",
        shape="knife",
        colours=("Walnut",),
        about=(
            (
                "One knife that does nine tenths of the work. The blade is carbon steel: it takes an edge within "
                "minutes on a stone and darkens with use, which is as it should be."
            ),
            "The handle is walnut, pinned with brass, and balanced so that the weight rests on the first finger.",
        ),
        details=("20 cm blade", "Hardness 60 HRC", "Comes with a felt sleeve"),
        attributes={
            "material": "Carbon steel",
            "length_cm": 33.5,
            "dishwasher_safe": False,
            "care": "<p>Wipe dry after use. A drop of oil keeps the blade from rusting.</p>",
        },
        stock=17,
    ),
    Item(
        sku="NX-KNF-02",
        title="Paring knife",
        category="demo-knives",
        type="Kitchen tools",
        brand=_WOOD,
        price="28.00",
        list_price="34.00",
        shape="knife",
        colours=("Oak",),
        about=(
            (
                "For garlic, for strawberries, and for the string on a parcel. The short blade is thin behind the edge "
                "and turns easily in the hand."
            ),
            "Made by the same smith as the chef's knife, from what is left of the same bar of steel.",
        ),
        details=("9 cm blade", "60 grams"),
        attributes={"material": "Carbon steel", "length_cm": 19.0, "dishwasher_safe": False},
        stock=44,
    ),
    Item(
        sku="NX-PAN-01",
        title="Cast-iron frying pan",
        category="demo-pans",
        type="Kitchen tools",
        brand="Fellforge",
        price="48.00",
        shape="pan",
        colours=("Iron",),
        about=(
            (
                "Cast in sand, ground smooth inside and seasoned with linseed oil before it leaves the foundry. It "
                "browns evenly, holds its heat, and goes from the hob into the oven."
            ),
            "The first egg may stick. The hundredth will not.",
        ),
        details=("For all hobs, induction included", "Oven-proof, handle and all", "Two lips for pouring"),
        attributes={
            "material": "Cast iron",
            "dishwasher_safe": False,
            "care": "<ul><li>Hot water and a brush</li><li>Dry on the hob</li><li>A thin film of oil</li></ul>",
        },
        axes={"size": ("20 cm", "24 cm", "28 cm")},
        surcharges={"24 cm": "12.00", "28 cm": "24.00"},
        sold_out=("28 cm",),
        stock=19,
    ),
    Item(
        sku="NX-PAN-02",
        title="Milk pan with oak handle",
        category="demo-pans",
        type="Kitchen tools",
        brand="Fellforge",
        price="39.00",
        shape="saucepan",
        colours=("Cream", "Sky"),
        about=(
            (
                "A small pan for small things: cocoa, a single egg, the end of the soup. The enamel is light inside, "
                "so that you see the milk begin to rise."
            ),
            "Lips on both sides serve left-handed cooks as well.",
        ),
        details=("1.2 litres", "Oak handle, held by one screw"),
        attributes={"material": "Enamel", "colour": "Cream", "length_cm": 31.0, "dishwasher_safe": False},
        stock=23,
        has_group_picture=True,
    ),
    Item(
        sku="NX-PAN-03",
        title="Steel stock pot, seven litres",
        category="demo-pans",
        type="Kitchen tools",
        brand="Fellforge",
        price="74.00",
        shape="stock pot",
        colours=("Steel",),
        about=(
            (
                "For bones, for beans and for the jam of a whole plum tree. The base is three layers thick; nothing "
                "burns while somebody is at the door."
            ),
            "Marks on the inside show every half litre. The next batch is on its way from the works.",
        ),
        details=("Seven litres", "Lid with a rest on the rim"),
        attributes={"material": "Stainless steel", "length_cm": 26.0, "dishwasher_safe": True},
        stock=0,
    ),
    Item(
        sku="NX-PLT-01",
        title="Dinner plate",
        category="demo-plates",
        type="Tableware",
        brand=_POTTERY,
        price="16.00",
        shape="plate",
        colours=("Cream", "Sage", "Slate"),
        about=(
            (
                "A wide plate with a rim just high enough for sauce. Fired at 1,240 degrees, which makes it hard "
                "enough for every day and thin enough for Sundays."
            ),
            "The three glazes were made to be mixed: lay the table with all of them.",
        ),
        details=("27 cm across", "Stacks eight high in a low cupboard"),
        attributes={"material": "Stoneware", "diameter_cm": 27.0, "dishwasher_safe": True},
        axes={"colour": ("Cream", "Sage", "Slate")},
        stock=64,
    ),
    Item(
        sku="NX-BWL-01",
        title="Porridge bowl",
        category="demo-plates",
        type="Tableware",
        brand=_POTTERY,
        price="15.00",
        shape="bowl",
        colours=("Honey", "Moss", "Plum"),
        about=(
            (
                "Deep enough to be held in both hands, wide enough for noodles. The foot is tall, so the palm "
                "underneath stays cool."
            ),
            "It is the same bowl whether you call it breakfast or supper.",
        ),
        details=("Holds 600 ml", "15 cm across"),
        attributes={"material": "Stoneware", "capacity_ml": 600, "diameter_cm": 15.0, "dishwasher_safe": True},
        axes={"colour": ("Honey", "Moss", "Plum")},
        stock=52,
    ),
    Item(
        sku="NX-BWL-02",
        title="Turned salad bowl",
        category="demo-plates",
        type="Tableware",
        brand=_WOOD,
        price="68.00",
        shape="bowl",
        colours=("Walnut",),
        about=(
            (
                "Turned while the wood is still green, then left to dry for a year: it goes slightly oval, and stays "
                "that way. No two have the same figure."
            ),
            "Oiled, not varnished. Vinegar does it no harm, soaking does.",
        ),
        details=("About 28 cm across", "Made to order in the workshop"),
        attributes={"material": "Walnut", "diameter_cm": 28.0, "dishwasher_safe": False},
        stock=6,
        partners=(NORTHERN,),
    ),
    Item(
        sku="NX-LIN-01",
        title="Tea towels, set of two",
        category="demo-linen",
        type="Home textiles",
        brand=_CLOTH,
        price="19.00",
        shape="towels",
        colours=("Navy", "Rust"),
        about=(
            (
                "Half linen, half cotton: the one drinks the water, the other gives the cloth its body. After the "
                "third wash they leave no lint on a glass."
            ),
            "The loop is sewn into the corner, so that they hang straight.",
        ),
        details=("50 by 70 cm each", "Wash at 60 degrees"),
        attributes={"colour": "Navy", "fibres": ("Cotton", "Linen"), "dimensions": "50 x 70 cm"},
        stock=75,
        partners=(MAIN, NORTHERN),
    ),
    Item(
        sku="NX-LIN-02",
        title="Washed linen table runner",
        category="demo-linen",
        type="Home textiles",
        brand=_CLOTH,
        price="36.00",
        shape="runner",
        colours=("Sand", "Teal"),
        about=(
            "Linen that was washed with pumice until it gave in. It needs no iron and looks better without one.",
            "Long enough for a table of six, with a fringe at both ends that was knotted by hand.",
        ),
        details=("45 by 180 cm", "Knotted fringe"),
        attributes={
            "fibres": ("Linen",),
            "dimensions": "45 x 180 cm",
            "care": "<p>Wash at 40 degrees, hang to dry, leave the creases alone.</p>",
        },
        axes={"colour": ("Sand", "Teal")},
        stock=18,
    ),
)
