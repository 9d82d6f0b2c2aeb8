"""Paper, pens and what lies on a desk, as flat shapes. A tint left out is the thing's own colour."""

from typing import Final

from nexus_shop.demo.drawings import Arc, Block, Half, Line, Oval, Polygon, Stroke, Thing


def _roll(left: float, tint: float) -> tuple[Stroke, ...]:
    dots = ((4, 28), (13, 40), (5, 52), (14, 64))
    return (
        Oval((left - 2, 84, left + 26, 92), "Shadow"),
        Block((left, 14, left + 22, 88), tint, radius=2),
        *(Oval((left + x, y, left + x + 4, y + 4), "White") for x, y in dots),
        Oval((left, 10, left + 22, 19), "White"),
        Arc((left + 5, 12, left + 17, 17), 0.8, -0.3),
        Block((left - 0.5, 72, left + 22.5, 75), "Oak"),
    )


DESK: Final[dict[str, Thing]] = {
    "notebook": (
        Oval((22, 84, 82, 92), "Shadow"),
        Block((30, 16, 80, 88), "White", radius=1),
        Block((24, 14, 76, 86), radius=3),
        Block((24, 14, 32, 86), -0.22, radius=3),
        Block((42, 30, 68, 46), "Cream", radius=1),
        *(Line([(46, y), (64, y)], 0.8, "Slate") for y in (36, 41)),
        Line([(68, 14), (68, 86)], 1, -0.35),
        Line([(58, 86), (59, 95)], 1.4, "Rust"),
    ),
    "notebook set": tuple(
        stroke
        for left, top, tint in ((14, 18, -0.3), (27, 24, 0.25), (40, 30, 0.0))
        for stroke in (
            Block((left, top, left + 40, top + 56), tint, radius=2),
            Line([(left + 2, top + 2), (left + 2, top + 54)], 0.8, -0.45),
            Block((left + 10, top + 10, left + 32, top + 20), "White", radius=1),
        )
    ),
    "planner": (
        Oval((8, 82, 92, 92), "Shadow"),
        Block((6, 26, 94, 86), radius=3),
        Block((9, 24, 50, 82), "White", radius=1),
        Block((50, 24, 91, 82), "Cream", radius=1),
        Line([(50, 24), (50, 84)], 1, "Shadow"),
        *(Line([(14, y), (45, y)], 0.7, "Grey") for y in (40, 50, 60, 70)),
        *(Line([(55, y), (86, y)], 0.7, "Grey") for y in (40, 50, 60, 70)),
        *(Block((14, y, 22, y + 3)) for y in (34, 54, 64)),
        Block((55, 30, 72, 33)),
    ),
    "cards": (
        Polygon([(10, 40), (62, 26), (74, 70), (22, 84)], "Shadow"),
        Polygon([(26, 24), (84, 30), (80, 72), (22, 66)], "White"),
        Oval((40, 36, 62, 58)),
        Oval((45, 40, 57, 52), 0.35),
        Line([(51, 56), (50, 65)], 1, "Moss"),
        Polygon([(42, 56), (90, 66), (84, 94), (36, 84)], "Cream"),
        Line([(42, 56), (62, 78), (90, 66)], 0.8, "Shadow"),
    ),
    "paper rolls": (*_roll(12, -0.2), *_roll(38, 0.0), *_roll(64, 0.3)),
    "pad": (
        Oval((16, 84, 84, 92), "Shadow"),
        Block((16, 20, 84, 88), "Cork", radius=2),
        Block((19, 18, 81, 84), "White", radius=1),
        Block((16, 14, 84, 24), radius=2),
        Half((26, 40, 74, 96), 0.5, (180, 360)),
        Half((40, 50, 80, 86), 0.25, (180, 360)),
        Oval((56, 32, 66, 42), "Ochre"),
    ),
    "pen": (
        Line([(16, 82), (70, 28)], 7),
        Line([(70, 28), (82, 16)], 5.5, -0.2),
        Polygon([(12, 78), (20, 86), (8, 90)], -0.35),
        Line([(66, 26), (52, 40)], 1.6, -0.35),
        Line([(22, 72), (60, 34)], 1, 0.5),
        Line([(78, 20), (82, 16)], 3, -0.4),
    ),
    "fountain pen": (
        Line([(34, 64), (74, 24)], 9),
        Line([(74, 24), (82, 16)], 7, -0.25),
        Polygon([(28, 58), (40, 70), (26, 78), (14, 84), (20, 72)], "Brass"),
        Line([(14, 84), (28, 70)], 0.8, "Charcoal"),
        Line([(56, 40), (60, 36)], 9.5, "Brass"),
        Line([(38, 56), (54, 40)], 1.2, 0.45),
        Line([(10, 90), (30, 92), (54, 88)], 1, "Navy"),
    ),
    "pencil": (
        Line([(26, 72), (78, 20)], 6.5),
        Polygon([(21.5, 70), (28, 76.5), (14, 84)], "Steel"),
        Line([(14, 84), (10, 88)], 1, "Charcoal"),
        Line([(72, 26), (80, 18)], 7, "Steel"),
        Line([(82, 16), (86, 12)], 3.5, "Charcoal"),
        *(Line([(30 + n * 3, 62 - n * 3), (35 + n * 3, 67 - n * 3)], 0.8, -0.35) for n in range(4)),
    ),
    "ink": (
        Oval((24, 82, 76, 92), "Shadow"),
        Block((26, 40, 74, 88), "Glass", radius=8),
        Block((30, 52, 70, 85), radius=6),
        Block((38, 22, 62, 42), "Charcoal", radius=3),
        Block((36, 60, 64, 78), "White", radius=1),
        Line([(42, 66), (58, 66)], 1, "Slate"),
        Oval((46, 70, 54, 75)),
    ),
    "tray": (
        Polygon([(18, 40), (82, 40), (94, 74), (6, 74)], -0.25),
        Polygon([(22, 43), (78, 43), (88, 70), (12, 70)]),
        Polygon([(6, 74), (94, 74), (92, 84), (8, 84)], -0.12),
        Line([(30, 64), (58, 50)], 2.4, "Charcoal"),
        Oval((60, 54, 74, 64), "Brass"),
        Oval((63, 56, 71, 62), -0.15),
    ),
    "letter opener": (
        Polygon([(36, 54), (46, 64), (10, 92)], "Steel"),
        Polygon([(36, 54), (41, 59), (10, 92)], "White"),
        Line([(44, 56), (78, 22)], 7),
        Line([(36, 52), (48, 64)], 3, -0.25),
        Oval((74, 12, 88, 26), -0.12),
    ),
    "mat": (
        Polygon([(16, 36), (84, 36), (98, 84), (2, 84)]),
        Polygon([(2, 84), (98, 84), (98, 87), (2, 87)], -0.3),
        *(Oval((x, y, x + 2, y + 1), -0.25) for x in range(18, 86, 9) for y in (44, 53, 62, 71, 79)),
        Polygon([(40, 44), (66, 42), (72, 66), (42, 68)], "White"),
        Line([(74, 72), (86, 60)], 2.4, "Charcoal"),
    ),
    "book": (
        Oval((24, 84, 80, 92), "Shadow"),
        Block((28, 12, 78, 88), "Charcoal", radius=5),
        Block((31, 17, 75, 80)),
        Block((37, 24, 69, 28), "White"),
        Block((37, 31, 60, 34), "White"),
        Half((36, 46, 70, 86), 0.45, (180, 360)),
        Oval((56, 42, 64, 50), "Ochre"),
        Oval((51, 82, 55, 86), "Grey"),
    ),
    "pattern": (
        Polygon([(14, 20), (76, 14), (84, 82), (22, 88)], "White"),
        Line([(26, 32), (66, 28), (70, 54), (56, 76), (34, 78), (26, 32)], 1.4),
        *(Line([(32 + n * 8, 36), (36 + n * 7, 72)], 0.7, 0.4) for n in range(4)),
        Oval((64, 62, 84, 82), 0.25),
        Arc((66, 64, 82, 80), 0.8, -0.2),
        Arc((69, 67, 79, 77), 0.8, -0.2),
        Line([(58, 92), (90, 60)], 1.6, "Oak"),
    ),
}
