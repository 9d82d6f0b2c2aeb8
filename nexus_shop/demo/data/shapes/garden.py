"""Garden things, as flat shapes. A tint left out is the thing's own colour."""

from typing import Final

from nexus_shop.demo.drawings import Arc, Block, Half, Line, Oval, Polygon, Stroke, Thing


def _glove(left: float, tint: float) -> tuple[Stroke, ...]:
    fingers = (Line([(left + x, 48), (left + x - 1, top)], 7.5, tint) for x, top in ((10, 24), (18, 16), (26, 20)))
    return (
        *fingers,
        Line([(left + 33, 52), (left + 34, 32)], 6.5, tint),
        Line([(left + 7, 64), (left + 2, 50)], 6.5, tint),
        Block((left + 6, 42, left + 37, 72), tint, radius=6),
        Block((left + 8, 68, left + 35, 90), "Cream", radius=2),
        Line([(left + 9, 76), (left + 34, 76)], 1, "Shadow"),
    )


GARDEN: Final[dict[str, Thing]] = {
    "trowel": (
        Polygon([(10, 88), (14, 62), (34, 50), (50, 66), (38, 84)], "Steel"),
        Polygon([(10, 88), (34, 50), (42, 58)], "White"),
        Line([(42, 58), (58, 42)], 3, "Steel"),
        Line([(60, 40), (86, 14)], 8),
        Line([(60, 40), (63, 37)], 8.6, "Brass"),
    ),
    "hand fork": (
        *(Line([(38 + dx, 62 + dy), (14 + dx, 86 + dy)], 2.6, "Steel") for dx, dy in ((-10, -10), (0, 0), (10, 10))),
        Line([(28, 52), (48, 72)], 3.4, "Steel"),
        Line([(38, 62), (58, 42)], 3.4, "Steel"),
        Line([(60, 40), (86, 14)], 8),
        Line([(60, 40), (63, 37)], 8.6, "Brass"),
    ),
    "secateurs": (
        Line([(46, 46), (30, 92)], 7),
        Line([(54, 46), (74, 90)], 7, -0.15),
        Polygon([(44, 48), (38, 34), (40, 20), (52, 8), (60, 12), (64, 24), (58, 44), (52, 50)], "Steel"),
        Polygon([(46, 46), (34, 34), (28, 18), (34, 20), (42, 30), (52, 42)], "Zinc"),
        Oval((44, 40, 57, 53), "Charcoal"),
        Oval((48, 44, 53, 49), "Brass"),
        Arc((36, 54, 66, 74), 1.6, "Brass", (20, 160)),
    ),
    "plant pot": (
        Oval((24, 84, 76, 92), "Shadow"),
        *(Line([(50, 46), (x, y)], 2, "Moss") for x, y in ((34, 14), (50, 8), (66, 14), (26, 28), (74, 28))),
        *(
            Oval((x - 6, y - 6, x + 6, y + 8), "Moss")
            for x, y in ((34, 14), (50, 8), (66, 14), (26, 28), (74, 28), (42, 24), (58, 24))
        ),
        Polygon([(26, 50), (74, 50), (68, 88), (32, 88)]),
        Block((22, 42, 78, 54), 0.1, radius=2),
        Polygon([(28, 54), (34, 54), (38, 88), (32, 88)], 0.16),
    ),
    "window box": (
        Oval((8, 84, 92, 92), "Shadow"),
        *(Line([(x, 56), (x + dx, 34)], 1.4, "Moss") for x, dx in ((20, -3), (35, 2), (50, -2), (65, 3), (80, 0))),
        *(
            Oval((x - 6, y - 6, x + 6, y + 6), tint)
            for x, y, tint in ((17, 32, "Rose"), (37, 30, "White"), (48, 34, "Berry"), (68, 30, "Rose"))
        ),
        Oval((74, 28, 86, 40), "White"),
        Polygon([(8, 54), (92, 54), (86, 88), (14, 88)]),
        Block((6, 50, 94, 57), -0.14, radius=1),
        *(Line([(20 + n * 15, 60), (21 + n * 14.6, 84)], 0.8, -0.14) for n in range(5)),
    ),
    "hanging planter": (
        Line([(50, 2), (24, 54)], 1, "Leather"),
        Line([(50, 2), (76, 54)], 1, "Leather"),
        *(Line([(50, 52), (x, y)], 1.6, "Moss") for x, y in ((16, 78), (30, 88), (72, 88), (86, 76))),
        *(
            Oval((x - 4, y - 4, x + 4, y + 4), "Sage")
            for x, y in ((16, 78), (20, 68), (30, 88), (28, 78), (72, 88), (74, 78), (86, 76), (82, 66))
        ),
        Half((22, 26, 78, 84)),
        Oval((22, 49, 78, 61), -0.2),
        Oval((26, 51, 74, 60), "Soil"),
        *(Oval((x, 40, x + 14, 56), "Moss") for x in (30, 43, 56)),
    ),
    "watering can": (
        Oval((24, 84, 76, 92), "Shadow"),
        Arc((34, 16, 76, 60), 4, -0.2, (165, 362)),
        Arc((58, 40, 92, 78), 4, -0.2, (-90, 100)),
        Line([(36, 74), (10, 34)], 5, -0.12),
        Polygon([(2, 34), (14, 24), (18, 32), (8, 40)], -0.28),
        Block((30, 44, 72, 88), radius=5),
        Oval((30, 39, 72, 50), -0.28),
        Block((36, 52, 42, 84), 0.22, radius=3),
    ),
    "mister": (
        Oval((28, 84, 72, 92), "Shadow"),
        Oval((28, 44, 72, 90)),
        Block((42, 28, 58, 52), -0.12, radius=3),
        Block((30, 16, 66, 28), -0.22, radius=3),
        Line([(62, 28), (70, 44)], 3, -0.3),
        Oval((34, 52, 46, 74), 0.35),
        *(Oval((x, y, x + 2, y + 2), "Sky") for x, y in ((22, 20), (16, 15), (15, 23), (9, 19), (8, 11), (7, 26))),
    ),
    "gloves": (*_glove(8, -0.14), *_glove(50, 0.0)),
    "bird feeder": (
        Line([(50, 2), (50, 20)], 1.4, "Charcoal"),
        Polygon([(50, 14), (86, 40), (14, 40)], -0.2),
        Block((26, 40, 74, 72), "Glass"),
        Polygon([(26, 56), (40, 50), (60, 58), (74, 52), (74, 72), (26, 72)], "Ochre"),
        *(Block((x, 40, x + 5, 76)) for x in (24, 71)),
        Block((14, 72, 86, 79), radius=1),
        Oval((72, 60, 86, 72), "Rust"),
        Oval((81, 55, 90, 64), "Slate"),
        Polygon([(89, 59), (94, 60), (89, 62)], "Ochre"),
    ),
}
