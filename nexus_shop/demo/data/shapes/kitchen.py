"""Kitchen things, as flat shapes. A tint left out is the thing's own colour."""

from typing import Final

from nexus_shop.demo.drawings import Arc, Block, Half, Line, Oval, Polygon, Thing

KITCHEN: Final[dict[str, Thing]] = {
    "mug": (
        Oval((24, 80, 78, 88), "Shadow"),
        Arc((58, 42, 84, 70), 5, -0.15, (-100, 100)),
        Block((26, 32, 70, 84), radius=8),
        Block((26, 34, 36, 84), 0.2, radius=8),
        Oval((26, 27, 70, 38), -0.2),
        Oval((29, 29, 67, 37), -0.5),
    ),
    "tall mug": (
        Oval((28, 80, 72, 88), "Shadow"),
        Arc((56, 36, 82, 68), 4.5, -0.15, (-100, 100)),
        Polygon([(30, 20), (68, 20), (63, 84), (35, 84)]),
        Polygon([(32.5, 60), (65.5, 60), (63, 84), (35, 84)], 0.4),
        Oval((30, 15, 68, 25), -0.3),
    ),
    "enamel mug": (
        Oval((24, 80, 78, 88), "Shadow"),
        Arc((58, 42, 84, 72), 4, -0.25, (-100, 100)),
        Block((26, 34, 70, 84), radius=3),
        Oval((26, 28, 70, 40), "Navy"),
        Oval((29, 30, 67, 39), -0.12),
        Arc((58, 42, 84, 72), 1, "Navy", (-100, 100)),
    ),
    "espresso cups": tuple(
        stroke
        for left, tint in ((4, 0.0), (48, -0.14))
        for stroke in (
            Oval((left, 72, left + 46, 84), 0.35),
            Arc((left + 28, 50, left + 45, 66), 3, -0.2, (-100, 100)),
            Polygon([(left + 9, 46), (left + 37, 46), (left + 32, 77), (left + 14, 77)], tint),
            Oval((left + 9, 42, left + 37, 50), "Coffee"),
        )
    ),
    "teapot": (
        Oval((24, 80, 76, 90), "Shadow"),
        Arc((62, 38, 94, 74), 5, -0.15, (-110, 110)),
        Polygon([(30, 66), (4, 42), (11, 37), (38, 50)], -0.08),
        Oval((20, 34, 78, 88)),
        Oval((27, 42, 45, 66), 0.18),
        Oval((35, 29, 63, 42), -0.14),
        Oval((44, 20, 54, 31), -0.28),
    ),
    "pour-over": (
        Oval((26, 80, 74, 88), "Shadow"),
        Polygon([(40, 50), (60, 50), (74, 85), (26, 85)], "Glass"),
        Polygon([(34, 68), (66, 68), (74, 85), (26, 85)], "Coffee"),
        Polygon([(24, 18), (76, 18), (59, 47), (41, 47)]),
        Oval((24, 13, 76, 24), -0.25),
        Block((31, 46, 69, 51), -0.12, radius=2),
    ),
    "french press": (
        Oval((26, 80, 74, 88), "Shadow"),
        Arc((54, 36, 82, 74), 5, "Charcoal", (-95, 95)),
        Block((30, 30, 66, 84), "Glass", radius=4),
        Block((30, 50, 66, 84), "Coffee", radius=4),
        Block((28, 25, 68, 33), radius=3),
        Line([(48, 26), (48, 13)], 2, "Charcoal"),
        Oval((44, 6, 52, 14)),
        Block((28, 78, 68, 86), radius=2),
    ),
    "board": (
        Oval((22, 84, 78, 92), "Shadow"),
        Block((42, 8, 58, 40), radius=7),
        Block((26, 26, 74, 88), radius=7),
        Oval((47, 12, 53, 18), -0.5),
        *(Line([(left, 34), (left + 1.5, 82)], 1, -0.14) for left in (36, 48, 61)),
    ),
    "bread board": (
        Polygon([(16, 56), (84, 56), (96, 78), (4, 78)]),
        Polygon([(4, 78), (96, 78), (94, 87), (6, 87)], -0.2),
        *(Line([(16 + n * 8.5, 57), (5 + n * 11.2, 77)], 1, -0.25) for n in range(1, 8)),
        Half((22, 36, 74, 84), "Leather", (180, 360)),
        Block((22, 58, 74, 66), "Leather", radius=3),
        *(Line([(x, 50), (x + 5, 43)], 1.6, "Honey") for x in (33, 45, 57)),
        *(Oval((x, y, x + 2, y + 1), "Leather") for x, y in ((78, 68), (82, 63), (84, 72))),
    ),
    "knife": (
        Polygon([(10, 73), (62, 34), (71, 45), (50, 60), (30, 69)], "Steel"),
        Polygon([(10, 72), (62, 34), (65, 37), (12, 73)], "White"),
        Line([(71, 37), (89, 24)], 8),
        *(Oval((x - 1, y - 1, x + 1, y + 1), 0.6) for x, y in ((75, 34), (84, 28))),
    ),
    "pan": (
        Line([(62, 42), (91, 18)], 7, 0.12),
        Oval((10, 32, 72, 92), 0.1),
        Oval((15, 36, 67, 87), -0.3),
        Arc((22, 43, 60, 80), 1.2, 0.15, (180, 300)),
    ),
    "saucepan": (
        Oval((12, 80, 64, 88), "Shadow"),
        Line([(60, 54), (92, 45)], 6, "Oak"),
        Block((14, 44, 62, 84), radius=6),
        Oval((14, 38, 62, 50), -0.3),
        Block((19, 52, 25, 79), 0.4, radius=3),
    ),
    "stock pot": (
        Oval((16, 80, 84, 88), "Shadow"),
        *(Arc((left, 46, left + 18, 60), 3, -0.35) for left in (8, 74)),
        Block((18, 34, 82, 84), radius=6),
        Oval((15, 24, 85, 44), -0.14),
        Oval((44, 18, 56, 28), "Charcoal"),
        Block((25, 48, 32, 79), 0.5, radius=4),
    ),
    "plate": (
        Oval((12, 17, 88, 92), -0.16),
        Oval((12, 13, 88, 88)),
        Oval((25, 26, 75, 75), -0.08),
        Arc((12, 13, 88, 88), 1, -0.3),
    ),
    "bowl": (
        Oval((28, 80, 72, 90), "Shadow"),
        Half((14, 8, 86, 88)),
        Half((22, 8, 50, 82), 0.12, (90, 180)),
        Oval((14, 40, 86, 58), -0.2),
        Oval((17, 42, 83, 57), -0.42),
    ),
    "towels": (
        Line([(6, 16), (94, 16)], 3, "Oak"),
        Block((16, 15, 48, 84), radius=1),
        Block((52, 15, 84, 76), 0.35, radius=1),
        *(Block((16, top, 48, top + 2), "White") for top in (68, 73, 78)),
        *(Block((52, top, 84, top + 2), -0.2) for top in (60, 65, 70)),
    ),
    "runner": (
        Polygon([(4, 52), (96, 52), (100, 66), (0, 66)], "Oak"),
        Polygon([(34, 52), (66, 52), (68, 66), (32, 66)]),
        Polygon([(32, 66), (68, 66), (66, 94), (34, 94)], -0.1),
        *(Line([(x, 94), (x, 98)], 0.8, -0.1) for x in (36, 40, 44, 48, 52, 56, 60, 64)),
        Oval((42, 46, 58, 58), "White"),
        Half((44, 34, 56, 56), "Glass"),
    ),
}
