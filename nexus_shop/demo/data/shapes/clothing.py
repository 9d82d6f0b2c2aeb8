"""Clothes, bags and socks, as flat shapes. A tint left out is the thing's own colour."""

from typing import Final

from nexus_shop.demo.drawings import Arc, Block, Half, Line, Oval, Point, Polygon, Thing

_SHORT_SLEEVES: Final[list[Point]] = [
    *((36, 16), (64, 16), (92, 32), (84, 48), (72, 42), (72, 88)),
    *((28, 88), (28, 42), (16, 48), (8, 32)),
]
_LONG_SLEEVES: Final[list[Point]] = [
    *((37, 14), (63, 14), (78, 20), (96, 76), (84, 80), (72, 48), (72, 88)),
    *((28, 88), (28, 48), (16, 80), (4, 76), (22, 20)),
]

CLOTHING: Final[dict[str, Thing]] = {
    "t-shirt": (
        Polygon(_SHORT_SLEEVES),
        Half((38, 8, 62, 28), -0.3),
        Half((41, 8, 59, 24), "Cream"),
        Line([(28, 84), (72, 84)], 0.7, -0.18),
        Line([(28, 44), (30, 60)], 0.7, -0.18),
        Line([(72, 44), (70, 60)], 0.7, -0.18),
    ),
    "striped shirt": (
        Polygon(_LONG_SLEEVES, "White"),
        *(Block((28, top, 72, top + 3)) for top in range(30, 86, 8)),
        *(Line([(22 - n * 3, 34 + n * 9), (28 - n * 2.4, 38 + n * 9)], 2.4) for n in range(5)),
        *(Line([(78 + n * 3, 34 + n * 9), (72 + n * 2.4, 38 + n * 9)], 2.4) for n in range(5)),
        Half((40, 9, 60, 21), "Shadow"),
    ),
    "jumper": (
        Polygon(_LONG_SLEEVES),
        Block((28, 80, 72, 89), -0.16),
        Polygon([(96, 76), (84, 80), (82, 72), (93, 68)], -0.16),
        Polygon([(4, 76), (16, 80), (18, 72), (7, 68)], -0.16),
        Half((37, 4, 63, 26), -0.16),
        Half((41, 6, 59, 20), -0.4),
        *(Line([(x, 30), (x + 4, 38), (x, 46), (x + 4, 54), (x, 62), (x + 4, 70)], 1, -0.14) for x in (36, 48, 60)),
    ),
    "cardigan": (
        Polygon(_LONG_SLEEVES),
        Polygon([(42, 14), (58, 14), (50, 48)], "White"),
        Line([(42, 14), (50, 48), (50, 88)], 2, -0.22),
        Line([(58, 14), (50, 48)], 2, -0.22),
        Block((28, 82, 72, 89), -0.14),
        *(Oval((51.5, y, 54.5, y + 3), "Walnut") for y in (54, 63, 72)),
    ),
    "scarf": (
        Arc((26, 8, 74, 58), 13, 0.0),
        Polygon([(36, 46), (54, 50), (48, 90), (28, 88)], -0.12),
        Polygon([(50, 50), (68, 44), (78, 86), (60, 90)]),
        *(Line([(x, 88), (x - 1, 95)], 1, -0.2) for x in (30, 35, 40, 45)),
        *(Line([(x, 89), (x + 1, 95)], 1, -0.1) for x in (62, 67, 72, 76)),
        *(Line([(53 + n * 2, 58 + n * 9), (69 + n * 2, 55 + n * 9)], 1, -0.2) for n in range(3)),
    ),
    "beanie": (
        Oval((22, 80, 78, 88), "Shadow"),
        Half((20, 18, 80, 118), 0.0, (180, 360)),
        *(Line([(x, 66), (50 + (x - 50) * 0.4, 24)], 1.2, -0.14) for x in range(26, 80, 8)),
        Block((16, 62, 84, 82), -0.1, radius=5),
        *(Line([(x, 65), (x, 79)], 1.2, -0.24) for x in range(22, 82, 7)),
    ),
    "bucket hat": (
        Oval((10, 76, 90, 90), "Shadow"),
        Oval((8, 60, 92, 86), -0.14),
        Polygon([(30, 30), (70, 30), (80, 72), (20, 72)]),
        Oval((20, 64, 80, 80)),
        Oval((30, 24, 70, 36), 0.16),
        Arc((21, 54, 79, 70), 2, -0.22, (10, 170)),
    ),
    "tote": (
        Oval((22, 84, 78, 92), "Shadow"),
        Arc((34, 6, 66, 66), 4, -0.22, (180, 360)),
        Polygon([(22, 36), (78, 36), (82, 88), (18, 88)]),
        Polygon([(22, 36), (78, 36), (78.5, 42), (21.5, 42)], -0.12),
        Arc((36, 52, 64, 80), 2, "Slate"),
        Oval((44, 60, 56, 72), "Slate"),
    ),
    "rucksack": (
        Oval((20, 84, 80, 94), "Shadow"),
        Arc((40, 6, 60, 24), 3, -0.3, (180, 360)),
        Block((22, 14, 78, 90), radius=14),
        Block((28, 58, 72, 86), -0.16, radius=5),
        Polygon([(24, 22), (76, 22), (72, 52), (28, 52)], 0.14),
        *(Block((x, 40, x + 5, 64), "Leather", radius=1) for x in (36, 59)),
        *(Block((x - 0.5, 54, x + 5.5, 58), "Brass", radius=1) for x in (36, 59)),
    ),
    "washbag": (
        Oval((18, 82, 82, 92), "Shadow"),
        Block((18, 42, 82, 88), radius=8),
        Block((22, 26, 78, 50), -0.14, radius=6),
        Line([(22, 40), (78, 40)], 1.2, -0.32),
        Block((44, 34, 56, 56), "Leather", radius=2),
        Oval((47.5, 46, 52.5, 51), "Brass"),
    ),
    "socks": (
        *(
            stroke
            for left, tint in ((10, -0.14), (36, 0.0))
            for stroke in (
                Polygon([(left + 8, 18), (left + 28, 18), (left + 28, 70), (left + 8, 66)], tint),
                Oval((left + 6, 54, left + 30, 84), tint),
                Block((left + 16, 62, left + 52, 84), tint, radius=10),
                Oval((left + 38, 62, left + 54, 84), "Cream"),
                Block((left + 8, 18, left + 28, 26), "Cream", radius=1),
                Line([(left + 9, 32), (left + 27, 32)], 2, "Cream"),
            )
        ),
    ),
}
