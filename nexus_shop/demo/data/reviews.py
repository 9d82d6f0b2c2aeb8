"""What customers say of the products."""

from dataclasses import dataclass
from typing import Final

from .people import CARL, CLARA, EMMA, HANNAH, JAMES, LIAM, MARIA, OLIVER, SOFIA, TOM, YUKI


@dataclass(frozen=True, slots=True)
class Review:
    """A review by an account; `is_approved` False waits for a moderator."""

    sku: str
    email: str
    score: int
    title: str
    body: str
    days_ago: int
    is_approved: bool = True


REVIEWS: Final = (
    Review(
        *("NX-MUG-01", CARL, 5, "The one everybody reaches for"),
        "We bought four and there is a silent race for them every morning. The handle is what does it.",
        38,
    ),
    Review(
        *("NX-MUG-01", MARIA, 5, "Heavier than it looks"),
        "In a good way: it keeps the tea hot for a whole chapter. No marks from the dishwasher so far.",
        30,
    ),
    Review(
        *("NX-MUG-01", TOM, 4, "Lovely, slightly smaller than I thought"),
        "Beautiful glaze. I would call it a cup and a half rather than a large mug, but that is my own fault.",
        17,
    ),
    Review(*("NX-MUG-01", YUKI, 4, "Arrived safe from afar"), "Packed in paper, not a chip. The colour is warm.", 6),
    Review(*("NX-MUG-02", JAMES, 4, "For proper lattes"), "Takes a double shot and all the milk. Nice to hold.", 21),
    Review(*("NX-MUG-03", LIAM, 5, "Survived the trip"), "Two weeks on a bike and one fall off a wall. Still fine.", 3),
    Review(
        *("NX-MUG-03", EMMA, 3, "Hot rim"),
        "It is what enamel does, but be warned: wait a minute before the first sip.",
        14,
    ),
    Review(
        *("NX-TEA-01", HANNAH, 5, "It really does not drip"),
        "I had given up on teapots. This one pours in one clean line and stops when I stop.",
        25,
    ),
    Review(
        *("NX-TEA-02", CARL, 4, "Clear and simple"), "Easy to clean. The rest for the basket is a clever touch.", 35
    ),
    Review(*("NX-BRW-01", OLIVER, 5, "Best coffee I make"), "Slow, and that is the point of it.", 28),
    Review(*("NX-BRW-02", SOFIA, 4, "Solid"), "The spare glass is easy to get, which is why I chose it.", 33),
    Review(
        *("NX-BRD-01", TOM, 5, "Worth every penny"),
        "The walnut is as dark as chocolate. You can tell that somebody chose the plank.",
        31,
    ),
    Review(*("NX-BRD-01", MARIA, 5, "A gift that I kept"), "Meant for my sister. She got another one later.", 11),
    Review(
        *("NX-KNF-01", JAMES, 5, "Sharp"), "Read the part about drying it. I did not, once. It came back with oil.", 24
    ),
    Review(*("NX-PAN-01", EMMA, 4, "Patience pays"), "The first week was sticky. Now pancakes slide out.", 27),
    Review(
        *("NX-PAN-01", LIAM, 2, "Too heavy for me"), "A fine pan, but I need both hands. Look up the weight first.", 19
    ),
    Review(*("NX-PLT-01", MARIA, 5, "Mixed colours, happy table"), "Six of each. They look better together.", 12),
    Review(*("NX-BWL-01", MARIA, 5, "Soup, noodles, porridge"), "We use nothing else any more.", 12),
    Review(*("NX-LIN-01", HANNAH, 5, "No lint"), "As promised: after the third wash the glasses are clear.", 20),
    Review(
        *("NX-LMP-01", SOFIA, 3, "Beautiful, too dim for work"),
        "It makes a lovely pool of light for the evening. I sent it back because I needed it for sewing.",
        18,
    ),
    Review(*("NX-LMP-01", CLARA, 5, "Warm light"), "The whole room changed. The brass will only get better.", 10),
    Review(*("NX-CND-02", CLARA, 5, "Smells like August"), "Not too much of it, which is rare. The jar is in use.", 26),
    Review(*("NX-CND-04", CLARA, 4, "Straight and even"), "They burn as long as it says. One had a small dent.", 26),
    Review(*("NX-CSH-01", OLIVER, 5, "Proper wool"), "The dog approves. So do I.", 16),
    Review(*("NX-BLK-01", EMMA, 5, "Light as air"), "I did not believe the 850 grams until I weighed it.", 9),
    Review(*("NX-BSK-01", TOM, 4, "Carries logs"), "The large one takes an evening's worth. It sheds a little.", 22),
    Review(*("NX-TSH-01", JAMES, 5, "Finally"), "Thick enough not to see through, and it has kept its length.", 13),
    Review(*("NX-TSH-01", LIAM, 4, "Runs a bit large"), "Went down a size and it is perfect.", 8),
    Review(
        *("NX-KNT-01", HANNAH, 5, "The last jumper I will buy"),
        "Wind, drizzle, a leaking ferry: it smelled of sheep and I stayed dry.",
        34,
    ),
    Review(*("NX-HAT-01", YUKI, 5, "So soft"), "Does not itch. I bought the pattern too.", 15),
    Review(*("NX-SOK-01", HANNAH, 5, "No blisters"), "Forty miles along the coast, nothing to report.", 32),
    Review(
        *("NX-BAG-02", OLIVER, 4, "Looks better each month"), "The magnets are strong. I wish it had a side pocket.", 23
    ),
    Review(*("NX-NTB-01", CLARA, 5, "Lies flat"), "Really does. And my wettest pen does not bleed through.", 29),
    Review(
        *("NX-PEN-01", OLIVER, 5, "Engraving is tidy"), "Small capitals, sharp edges. It is my father's pen now.", 25
    ),
    Review(*("NX-GRD-01", TOM, 5, "Goes into clay"), "Three others bent before this one.", 36),
    Review(*("NX-POT-01", TOM, 4, "Good pots"), "One of the saucers was missing. It came two days later.", 30),
    Review(
        *("NX-EBK-01", EMMA, 5, "We cook from it twice a week"),
        "The list of what can be left out is the best idea.",
        10,
    ),
    Review(*("NX-PTN-01", SOFIA, 4, "Clear chart"), "My second hat ever. The decreases could be larger in print.", 5),
    Review(
        *("NX-WTR-01", JAMES, 1, "Leaks at the seam"),
        "Water runs down the outside. Has somebody else seen this?",
        1,
        False,
    ),
    Review(*("NX-VAS-02", CARL, 5, "Found the seam"), "It took me a week, and it is lovely.", 1, False),
    Review(*("NX-MUG-01", EMMA, 5, "Order the second one at once"), "You will anyway.", 0, False),
    Review(
        *("NX-CSH-02", LIAM, 2, "Not for me"), "BUY CHEAP CUSHIONS at a place that I shall not name here.", 0, False
    ),
)
