"""Paper, pens and what lies on a desk."""

from typing import Final

from .records import MAIN, NORTHERN, Item

_PAPER: Final = "Quire Lane"
_PEN: Final = "Marlowe & Pike"
_WOOD: Final = "Ashbeck"

DESK: Final = (
    Item(
        sku="NX-NTB-01",
        title="Cloth-bound notebook",
        category="demo-notebooks",
        type="Stationery",
        brand=_PAPER,
        price="17.50",
        shape="notebook",
        colours=("Rust", "Teal"),
        about=(
            (
                "Sewn in sixteens and bound in book cloth, so it lies flat on any page. The paper takes fountain pens "
                "without feathering; both sides can be used."
            ),
            "There is an index at the front and a pocket at the back. The ribbon is long enough to be found.",
        ),
        details=("A5, 192 pages", "100 g paper", "Two ribbons"),
        attributes={"colour": "Rust", "material": "Paper", "pages": 192, "paper_gsm": 100},
        axes={"ruling": ("Plain", "Lined", "Dotted")},
        stock=80,
    ),
    Item(
        sku="NX-NTB-02",
        title="Pocket notebooks, set of three",
        category="demo-notebooks",
        type="Stationery",
        brand=_PAPER,
        price="11.00",
        shape="notebook set",
        colours=("Moss", "Ochre"),
        about=(
            (
                "One for the coat, one for the kitchen drawer, one to lend. Forty-eight pages each, held by two brass "
                "staples."
            ),
            "The covers are made of coffee cups, and say so on the back in very small letters.",
        ),
        details=("9 by 14 cm", "48 pages each"),
        attributes={"colour": "Moss", "material": "Paper", "ruling": "Plain", "pages": 48, "paper_gsm": 80},
        stock=140,
        list_price="13.50",
    ),
    Item(
        sku="NX-NTB-03",
        title="Weekly planner, undated",
        category="demo-notebooks",
        type="Stationery",
        brand=_PAPER,
        price="24.00",
        shape="planner",
        colours=("Charcoal", "Plum"),
        about=(
            (
                "A week on the left, room to think on the right. Because no date is printed you may begin in April and "
                "stop for August."
            ),
            "Fifty-three weeks, four pages for the year, and a list of things that can wait.",
        ),
        details=("B5, 128 pages", "Opens flat"),
        attributes={"colour": "Charcoal", "material": "Paper", "ruling": "Lined", "pages": 128, "paper_gsm": 90},
        stock=37,
    ),
    Item(
        sku="NX-CRD-01",
        title="Letterpress cards, box of eight",
        category="demo-cards",
        type="Stationery",
        brand=_PAPER,
        price="19.00",
        shape="cards",
        colours=("Berry",),
        about=(
            "Printed from wood on a press of 1926. You can feel the flower with a fingertip, on the inside too.",
            "They come with envelopes and without words: those are yours to find.",
        ),
        details=("Eight cards, four motifs", "Cotton paper of 300 g"),
        attributes={"colour": "Berry", "material": "Paper", "paper_gsm": 300},
        stock=45,
        has_group_picture=True,
    ),
    Item(
        sku="NX-CRD-02",
        title="Wrapping paper, three rolls",
        category="demo-cards",
        type="Stationery",
        brand=_PAPER,
        price="9.00",
        shape="paper rolls",
        colours=("Forest", "Terracotta"),
        about=(
            (
                "Uncoated paper with a pattern of dots that lines up at the fold, for those who care. It creases "
                "sharply and takes a pencil."
            ),
            "The bands are paper as well, so the whole of it can go where the paper goes.",
        ),
        details=("Three rolls of two metres", "No plastic"),
        attributes={"colour": "Forest", "material": "Paper", "paper_gsm": 90},
        stock=96,
    ),
    Item(
        sku="NX-PAP-01",
        title="Watercolour pad",
        category="demo-cards",
        type="Stationery",
        brand=_PAPER,
        price="21.00",
        shape="pad",
        colours=("Sky",),
        about=(
            (
                "Twenty sheets of cold-pressed paper, glued on all four sides: the sheet stays flat while it is wet. "
                "Lift it off with a blunt knife when it has dried."
            ),
            "Made without acid, which your grandchildren will notice.",
        ),
        details=("24 by 32 cm", "300 g, cold pressed"),
        attributes={"colour": "Sky", "material": "Paper", "ruling": "Plain", "pages": 20, "paper_gsm": 300},
        stock=32,
    ),
    Item(
        sku="NX-PEN-01",
        title="Brass ballpoint",
        category="demo-pens",
        type="Engraved pieces",
        brand=_PEN,
        price="36.00",
        shape="pen",
        colours=("Brass",),
        about=(
            (
                "Turned from a solid rod and left without lacquer. It is bright when it arrives and the colour of an "
                "old door handle a year later."
            ),
            (
                "We engrave up to twenty letters along the barrel. Say what they are when you put it into the cart, or "
                "leave it plain."
            ),
        ),
        details=("38 grams", "Takes common refills", "Engraving included"),
        attributes={"colour": "Brass", "material": "Brass", "length_cm": 13.6, "refill": "G2, medium, black"},
        stock=43,
    ),
    Item(
        sku="NX-PEN-02",
        title="Fountain pen",
        category="demo-pens",
        type="Engraved pieces",
        brand=_PEN,
        price="58.00",
        shape="fountain pen",
        colours=("Forest", "Black"),
        about=(
            (
                "A steel nib that forgives, in a barrel that fits the hand. It fills from a bottle by a twist, or "
                "takes a cartridge when you travel."
            ),
            "The nib unscrews, so it can be exchanged for a finer or a broader one. Engraving goes on the cap.",
        ),
        details=("Nib of medium width", "Converter included", "Engraving included"),
        attributes={"material": "Brass", "length_cm": 13.9, "refill": "Converter or standard cartridge"},
        axes={"colour": ("Forest", "Black")},
        stock=18,
    ),
    Item(
        sku="NX-PEN-03",
        title="Drafting pencil, 0.7 mm",
        category="demo-pens",
        type="Engraved pieces",
        brand=_PEN,
        price="27.00",
        list_price="32.00",
        shape="pencil",
        colours=("Charcoal",),
        about=(
            (
                "For people who draw lines and rub them out again. The sleeve slides back, so the lead does not break "
                "in a pocket."
            ),
            "The grip is knurled just enough to be felt. Engraving goes on the flat side, where it does not wear.",
        ),
        details=("0.7 mm lead", "Eraser under the cap", "Engraving included"),
        attributes={"colour": "Charcoal", "material": "Stainless steel", "length_cm": 14.2, "refill": "0.7 mm, HB"},
        stock=39,
    ),
    Item(
        sku="NX-INK-01",
        title="Bottled ink, 50 ml",
        category="demo-pens",
        type="Stationery",
        brand=_PEN,
        price="13.00",
        shape="ink",
        colours=("Navy", "Berry", "Forest"),
        about=(
            (
                "Ink that behaves: it flows at once, dries in a few seconds and washes out of a shirt, though not out "
                "of paper."
            ),
            "The bottle has a well in one corner for the last drops.",
        ),
        details=("50 ml", "For all fountain pens"),
        attributes={"material": "Glass"},
        axes={"colour": ("Navy", "Berry", "Forest")},
        stock=66,
    ),
    Item(
        sku="NX-DSK-01",
        title="Desk tray",
        category="demo-desk-tools",
        type="Home goods",
        brand=_WOOD,
        price="49.00",
        shape="tray",
        colours=("Oak", "Walnut"),
        about=(
            (
                "For letters that want an answer and pens that want a home. The corners are mitred and splined, the "
                "base is lined with cork."
            ),
            (
                "Two of them stack with a gap of a hand between. The workshop cuts both from the same plank if you "
                "order them together."
            ),
        ),
        details=("33 by 24 by 5 cm", "Lined with cork"),
        attributes={"height_cm": 5.0},
        axes={"material": ("Oak", "Walnut")},
        surcharges={"Walnut": "8.00"},
        stock=10,
        partners=(NORTHERN,),
    ),
    Item(
        sku="NX-DSK-02",
        title="Letter opener",
        category="demo-desk-tools",
        type="Engraved pieces",
        brand=_PEN,
        price="31.00",
        shape="letter opener",
        colours=("Steel", "Brass"),
        about=(
            (
                "Few letters come, and the ones that do deserve better than a thumb. The blade is polished and blunt: "
                "it opens paper and nothing else."
            ),
            "Engraving goes on the grip. Twenty letters are enough for a name and a year.",
        ),
        details=("18 cm", "Engraving included"),
        attributes={"colour": "Steel", "material": "Stainless steel", "length_cm": 18.0},
        stock=22,
        partners=(MAIN, NORTHERN),
    ),
    Item(
        sku="NX-DSK-03",
        title="Cork desk mat",
        category="demo-desk-tools",
        type="Home goods",
        brand=_WOOD,
        price="29.00",
        shape="mat",
        colours=("Cork",),
        about=(
            "Warm under the wrists, quiet under the cup. Cork closes over pin holes by itself and wipes clean.",
            "The underside is natural rubber, so the mat stays where it was put.",
        ),
        details=("70 by 35 cm", "4 mm thick"),
        attributes={"material": "Cork"},
        stock=28,
    ),
)
