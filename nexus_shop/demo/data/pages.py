"""Texts of the content pages. A block is (its name, its value); products are named by SKU."""

from dataclasses import dataclass
from typing import Any, Final

Block = tuple[str, Any]


@dataclass(frozen=True, slots=True)
class Banner:
    """A wide picture in Wagtail's library: its file's name, its title, what stands on it (shape and colour)."""

    name: str
    title: str
    things: tuple[tuple[str, str], ...]
    ground: int


HERO: Final = Banner(
    "demo-hero",
    "Things on a shelf",
    (("table lamp", "Ochre"), ("teapot", "Sand"), ("plant pot", "Terracotta"), ("throw", "Slate"), ("mug", "Forest")),
    ground=1,
)
WORKSHOP: Final = Banner(
    "demo-workshop",
    "From the Northern workshop",
    (("board", "Walnut"), ("jumper", "Navy"), ("bowl", "Walnut"), ("tray", "Oak")),
    ground=5,
)


@dataclass(frozen=True, slots=True)
class Text:
    """A page of text under the home page."""

    slug: str
    title: str
    introduction: str
    search_description: str
    body: tuple[Block, ...]


HOME_CLAIM: Final = "Things that are used every day, made to be used for years"
HOME_INTRODUCTION: Final = (
    "Stoneware, wool, paper and light, from a dozen small makers and from our own workshop in the north. "
    "What breaks can be mended, and what can be mended has its parts in the shop."
)
HOME_BODY: Final[tuple[Block, ...]] = (
    (
        "products",
        {
            "heading": "This week's favourites",
            "products": [
                *("NX-MUG-01", "NX-LMP-01", "NX-TSH-01", "NX-BRD-01"),
                *("NX-NTB-01", "NX-POT-01", "NX-BAG-02", "NX-TEA-01"),
            ],
        },
    ),
    (
        "text",
        (
            "<p>New here? The code <b>WELCOME10</b> takes ten per cent off your first order, and off the second as "
            "well. Candles are three for the price of two, in any mixture.</p>"
        ),
    ),
    ("picture", {"image": WORKSHOP, "caption": "Made in the Northern workshop"}),
    ("products", {"heading": "From the workshop", "products": ["NX-KNT-01", "NX-BWL-02", "NX-BLK-01", "NX-DSK-01"]}),
)

ABOUT: Final = Text(
    slug="about-us",
    title="About us",
    introduction="Who we are, who makes our things, and why there are not more of them.",
    search_description="A small shop for things that last, and the workshop behind it.",
    body=(
        ("heading", "A shop with a workshop"),
        (
            "text",
            (
                "<p>It began with a chopping board. A neighbour wanted one like ours, then a second neighbour did, and "
                "after a winter of evenings there was a workshop with a lathe, two looms and a "
                "kettle.</p><p>Everything else in the shop comes from makers whom we have visited. We ask them three "
                "things: what is it made of, who makes it, and what happens when it breaks?</p>"
            ),
        ),
        ("picture", {"image": WORKSHOP, "caption": "Oak and walnut, wool and patience"}),
        (
            "text",
            (
                "<h3>What we do not do</h3><ul><li>Sales with a clock that counts down</li><li>Things that cannot be "
                "opened with a screwdriver</li><li>A new colour each season</li></ul>"
            ),
        ),
        (
            "products",
            {"heading": "Made by ourselves", "products": ["NX-BRD-01", "NX-BRD-02", "NX-KNT-01", "NX-DSK-01"]},
        ),
    ),
)
DELIVERY: Final = Text(
    slug="delivery-and-returns",
    title="Delivery and returns",
    introduction="What it costs, how long it takes, and what to do when something is not right.",
    search_description="Delivery prices and times, returns within thirty days, repairs.",
    body=(
        ("heading", "Delivery"),
        (
            "text",
            (
                "<p>Every order is sent at one price, however much is in it. The checkout shows it before you decide. "
                "Downloads cost nothing to deliver and are there at once.</p><ul><li>Great Britain: two to three "
                "working days</li><li>Europe: four to seven working days</li><li>Elsewhere: one to three "
                "weeks</li></ul><p>Things from the workshop travel in a parcel of their own and may come a day "
                "later.</p>"
            ),
        ),
        ("heading", "Returns"),
        (
            "text",
            (
                "<p>You have thirty days to change your mind. Put it back into its paper, write to us, and you will "
                "have an address within the day. Engraved pieces are yours for good, unless we have made a "
                "mistake.</p><p>If something arrives broken, a photograph is enough. Please do not send us the "
                "shards.</p>"
            ),
        ),
        ("heading", "Repairs"),
        (
            "text",
            "<p>Parts for lamps, presses and secateurs are always in stock. Ask, even if it is ten years old.</p>",
        ),
        ("products", {"heading": "Easy to mend", "products": ["NX-LMP-03", "NX-BRW-02", "NX-GRD-03"]}),
    ),
)
TEXTS: Final = (ABOUT, DELIVERY)
