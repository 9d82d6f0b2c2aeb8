"""The demo's pictures."""

from io import BytesIO

from PIL import Image

from nexus_shop.demo.data import ITEMS
from nexus_shop.demo.data.shapes import SHAPES
from nexus_shop.demo.drawings import PALETTE, draw
from nexus_shop.demo.pictures import pictures_of_item


def test_draw_is_a_small_square_webp() -> None:
    data = draw(SHAPES["mug"], ["Sand"], ground=0)
    picture = Image.open(BytesIO(data))
    assert (picture.format, picture.size) == ("WEBP", (800, 800))
    assert 1000 < len(data) < 25_000


def test_draw_is_the_same_every_time_and_another_in_another_colour() -> None:
    assert draw(SHAPES["mug"], ["Sand"], ground=0) == draw(SHAPES["mug"], ["Sand"], ground=0)
    assert draw(SHAPES["mug"], ["Sand"], ground=0) != draw(SHAPES["mug"], ["Navy"], ground=0)
    assert draw(SHAPES["mug"], ["Sand"], ground=0) != draw(SHAPES["mug"], ["Sand"], ground=0, is_group=True)


def test_every_product_has_one_to_three_pictures() -> None:
    assert {len(pictures_of_item(item)) for item in ITEMS} == {1, 2, 3}
    names = [picture.name for item in ITEMS for picture in pictures_of_item(item)]
    assert len(set(names)) == len(names) == 126
    assert {colour for item in ITEMS for colour in item.colours} <= set(PALETTE)
    assert {item.shape for item in ITEMS} == set(SHAPES)
