"""Things for the living room, as flat shapes. A tint left out is the thing's own colour."""

from typing import Final

from nexus_shop.demo.drawings import Arc, Block, Half, Line, Oval, Polygon, Thing

LIVING: Final[dict[str, Thing]] = {
    "table lamp": (
        Oval((30, 82, 70, 90), "Shadow"),
        Half((26, 46, 74, 66), "Light"),
        Block((47, 54, 53, 84), "Brass"),
        Half((22, 16, 78, 96), angles=(180, 360)),
        Half((30, 24, 50, 88), 0.18, (180, 270)),
        Block((34, 82, 66, 87), "Brass", radius=2),
    ),
    "floor lamp": (
        Oval((34, 88, 66, 96), "Shadow"),
        Block((49, 34, 51.5, 90), "Charcoal"),
        *(Oval((27 + inset, 8 + 11 * number, 73 - inset, 24 + 11 * number)) for number, inset in enumerate((4, 0, 3))),
        *(Arc((33, 12 + 11 * n, 67, 20 + 11 * n), 0.7, -0.14, (0, 180)) for n in range(3)),
        Block((38, 88, 62, 92), "Charcoal", radius=2),
    ),
    "reading lamp": (
        Oval((22, 84, 56, 92), "Shadow"),
        Line([(36, 84), (30, 50), (60, 26)], 3, "Charcoal"),
        Polygon([(50, 38), (82, 58), (74, 78), (34, 54)], "Light"),
        Polygon([(58, 20), (70, 26), (86, 60), (46, 38)]),
        Block((24, 82, 50, 89), radius=3),
        Oval((27, 47, 33, 53), "Brass"),
    ),
    "pillar candle": (
        Oval((32, 82, 68, 92), "Shadow"),
        Block((36, 36, 64, 88), radius=3),
        Oval((36, 32, 64, 41), 0.3),
        Line([(50, 36), (50, 30)], 1, "Charcoal"),
        Oval((46, 15, 54, 31), "Flame"),
        Oval((48, 21, 52, 30), "Light"),
        *(Line([(40, top), (60, top + 3)], 0.7, -0.12) for top in (50, 60, 70)),
    ),
    "jar candle": (
        Oval((26, 82, 74, 92), "Shadow"),
        Block((28, 34, 72, 88), "Glass", radius=5),
        Block((31, 48, 69, 85), radius=4),
        Oval((28, 29, 72, 39), "White"),
        Oval((46, 22, 54, 38), "Flame"),
        Block((38, 56, 62, 76), "White", radius=1),
        *(Line([(43, top), (57, top)], 1, "Slate") for top in (62, 66, 70)),
    ),
    "dinner candles": tuple(
        stroke
        for left, top in ((14, 30), (27, 22), (40, 34), (53, 18), (66, 28), (79, 24))
        for stroke in (
            Oval((left - 2, 84, left + 9, 90), "Shadow"),
            Block((left, top, left + 7, 88), -0.1 if left % 2 else 0.0, radius=2),
            Line([(left + 3.5, top), (left + 3.5, top - 4)], 0.8, "Charcoal"),
        )
    ),
    "cushion": (
        Oval((16, 80, 84, 90), "Shadow"),
        Polygon([(14, 26), (50, 31), (86, 26), (82, 54), (86, 86), (50, 82), (14, 86), (18, 54)]),
        Polygon([(14, 26), (50, 31), (86, 26), (83, 40), (17, 40)], 0.14),
        *(Line([(24, top), (76, top)], 0.8, -0.15) for top in (48, 56, 64, 72)),
    ),
    "floor cushion": (
        Oval((6, 78, 94, 90), "Shadow"),
        Block((8, 50, 92, 84), -0.12, radius=12),
        Oval((8, 34, 92, 68)),
        *(Arc((8 + n * 6, 36, 92 - n * 6, 66), 0.8, -0.14, (0, 360)) for n in range(1, 6)),
        Oval((46, 47, 54, 53), -0.35),
    ),
    "throw": (
        Polygon([(14, 34), (74, 22), (88, 34), (28, 48)], 0.16),
        Polygon([(14, 34), (28, 48), (28, 88), (14, 74)], -0.18),
        Polygon([(28, 48), (88, 34), (88, 74), (28, 88)]),
        *(Line([(28, top), (88, top - 14)], 1.4, -0.14) for top in (58, 68, 78)),
        *(Line([(x, 88 - (x - 28) * 0.233), (x, 95 - (x - 28) * 0.233)], 0.9, -0.1) for x in range(30, 89, 5)),
    ),
    "basket": (
        Oval((20, 82, 80, 92), "Shadow"),
        Arc((30, 16, 70, 60), 4, -0.25, (180, 360)),
        Polygon([(16, 44), (84, 44), (76, 88), (24, 88)]),
        Oval((16, 38, 84, 50), -0.35),
        *(Line([(18 + n * 2, 56 + n * 10), (82 - n * 2, 56 + n * 10)], 1.3, -0.2) for n in range(3)),
        *(Line([(x, 50), (50 + (x - 50) * 0.8, 88)], 1, -0.2) for x in range(26, 80, 8)),
    ),
    "felt box": (
        Oval((16, 80, 88, 90), "Shadow"),
        Polygon([(16, 40), (60, 46), (60, 90), (16, 80)]),
        Polygon([(60, 46), (86, 36), (86, 76), (60, 90)], -0.18),
        Polygon([(16, 40), (42, 32), (86, 36), (60, 46)], -0.4),
        Block((32, 56, 44, 61), "Leather", radius=2),
    ),
    "vases": (
        *(Oval((left, 82, left + 24, 90), "Shadow") for left in (10, 40, 68)),
        Line([(22, 50), (18, 18)], 1, "Moss"),
        Line([(52, 40), (55, 10)], 1, "Moss"),
        Line([(80, 54), (84, 26)], 1, "Moss"),
        *(Oval(box, "Rose") for box in ((12, 10, 24, 22), (49, 3, 61, 15))),
        Oval((78, 18, 90, 30), "Ochre"),
        Oval((10, 56, 34, 88)),
        Block((18, 46, 26, 62), radius=2),
        Block((46, 36, 58, 88), 0.2, radius=5),
        Polygon([(74, 52), (86, 52), (92, 88), (68, 88)], -0.18),
    ),
    "tall vase": (
        Oval((36, 84, 66, 94), "Shadow"),
        *(Line([(50, 40), (x, 6)], 1.2, "Moss") for x in (34, 50, 66)),
        *(Oval((x - 6, y - 3, x + 6, y + 3), "Sage") for x, y in ((34, 8), (44, 20), (66, 8), (58, 20), (50, 5))),
        Polygon([(43, 36), (57, 36), (55, 50), (68, 72), (62, 90), (38, 90), (32, 72), (45, 50)]),
        Polygon([(43, 36), (48, 36), (49, 52), (42, 72), (45, 90), (38, 90), (32, 72), (45, 50)], 0.15),
    ),
}
