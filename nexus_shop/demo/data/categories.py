"""The tree of categories: departments, ranges, and the shelves that hold the products."""

from typing import Final

from .records import Group

KITCHEN: Final = Group(
    "demo-kitchen",
    "Kitchen",
    "<p>Things to cook with and to eat from: stoneware, iron, oak and linen that get better with use.</p>",
    shape="teapot",
    colour="Sand",
    children=(
        Group(
            "demo-coffee-tea",
            "Coffee and tea",
            "<p>From the first cup of the morning to the pot that goes round at four.</p>",
            (
                Group("demo-mugs", "Mugs and cups", "<p>Stoneware and enamel, for one hand or two.</p>"),
                Group("demo-brewers", "Teapots and brewers", "<p>Pots, presses and cones.</p>"),
            ),
        ),
        Group(
            "demo-cooking",
            "Cooking",
            "<p>A few good tools do the work of a full drawer.</p>",
            (
                Group("demo-knives", "Knives and boards", "<p>Sharp edges and the wood that keeps them so.</p>"),
                Group("demo-pans", "Pots and pans", "<p>Cast iron and steel for every kind of hob.</p>"),
            ),
        ),
        Group(
            "demo-table",
            "Table",
            "<p>Plates, bowls and cloth for weekdays and for guests.</p>",
            (
                Group("demo-plates", "Plates and bowls", "<p>Stoneware that stacks and does not match too well.</p>"),
                Group("demo-linen", "Table linen", "<p>Washed linen and cotton.</p>"),
            ),
        ),
    ),
)
LIVING: Final = Group(
    "demo-living",
    "Living",
    "<p>Light, warmth and somewhere to put things.</p>",
    shape="table lamp",
    colour="Ochre",
    children=(
        Group(
            "demo-light",
            "Light",
            "<p>For reading, for company, and for the hour when neither is wanted.</p>",
            (
                Group("demo-lamps", "Lamps", "<p>Lamps that can be repaired: every part is sold singly.</p>"),
                Group("demo-candles", "Candles", "<p>Beeswax and rapeseed wax, poured by hand.</p>"),
            ),
        ),
        Group(
            "demo-soft",
            "Soft things",
            "<p>Wool, corduroy and cotton.</p>",
            (
                Group("demo-cushions", "Cushions", "<p>For chairs, benches and the floor.</p>"),
                Group("demo-blankets", "Blankets", "<p>Woven to last a few generations of sofas.</p>"),
            ),
        ),
        Group(
            "demo-order",
            "Order and flowers",
            "<p>A place for everything, and something to look at.</p>",
            (
                Group("demo-baskets", "Baskets and boxes", "<p>Willow, seagrass and felt.</p>"),
                Group("demo-vases", "Vases", "<p>For one stem or for an armful.</p>"),
            ),
        ),
    ),
)
CLOTHING: Final = Group(
    "demo-clothing",
    "Clothing",
    "<p>Plain things, well made, in colours that go together.</p>",
    shape="jumper",
    colour="Navy",
    children=(
        Group(
            "demo-tops",
            "Tops",
            "<p>Next to the skin, or over everything.</p>",
            (
                Group("demo-tshirts", "T-shirts", "<p>Heavy cotton that keeps its shape.</p>"),
                Group("demo-knitwear", "Knitwear", "<p>Lambswool and merino.</p>"),
            ),
        ),
        Group(
            "demo-accessories",
            "Accessories",
            "<p>What is missed most when it is left at home.</p>",
            (
                Group("demo-scarves", "Scarves and hats", "<p>For wind from all directions.</p>"),
                Group("demo-bags", "Bags", "<p>Canvas, waxed or not.</p>"),
                Group("demo-socks", "Socks", "<p>For walking, and for afterwards.</p>"),
            ),
        ),
    ),
)
DESK: Final = Group(
    "demo-desk",
    "Desk",
    "<p>Paper, ink and order.</p>",
    shape="fountain pen",
    colour="Forest",
    children=(
        Group(
            "demo-paper",
            "Paper",
            "<p>For plans, letters and parcels.</p>",
            (
                Group("demo-notebooks", "Notebooks", "<p>Sewn, so that they lie flat.</p>"),
                Group("demo-cards", "Cards and wrapping", "<p>Printed in small numbers.</p>"),
            ),
        ),
        Group(
            "demo-writing",
            "Writing and order",
            "<p>Tools that are a pleasure to pick up.</p>",
            (
                Group("demo-pens", "Pens and ink", "<p>All of them can be refilled.</p>"),
                Group("demo-desk-tools", "Desk tools", "<p>Trays, mats and openers.</p>"),
            ),
        ),
    ),
)
GARDEN: Final = Group(
    "demo-garden",
    "Garden",
    "<p>For a window sill, a yard or an acre.</p>",
    shape="watering can",
    colour="Sage",
    children=(
        Group(
            "demo-growing",
            "Growing",
            "<p>Tools and pots that do not mind the weather.</p>",
            (
                Group("demo-hand-tools", "Hand tools", "<p>Forged steel on ash handles.</p>"),
                Group("demo-planters", "Pots and planters", "<p>Terracotta and zinc.</p>"),
                Group("demo-watering", "Watering and care", "<p>Cans, misters, gloves.</p>"),
            ),
        ),
    ),
)
DOWNLOADS: Final = Group(
    "demo-downloads",
    "Downloads",
    "<p>Books and patterns to read at once. Nothing is posted, so nothing is charged for delivery.</p>",
    shape="book",
    colour="Teal",
    children=(
        Group(
            "demo-digital",
            "Digital",
            "<p>Files for every reader.</p>",
            (
                Group("demo-ebooks", "E-books", "<p>For the kitchen and the window sill.</p>"),
                Group("demo-patterns", "Patterns", "<p>For evenings with needle and thread.</p>"),
            ),
        ),
    ),
)
#: The first of them is the shop's first category.
CATEGORIES: Final = (KITCHEN, LIVING, CLOTHING, DESK, GARDEN, DOWNLOADS)
