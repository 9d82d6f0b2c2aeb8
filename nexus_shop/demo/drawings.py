"""Pictures of the demo shop, drawn from flat shapes: the same bytes every time, a few kilobytes each.

A thing is drawn in a square of 100 by 100 units (y grows downwards), at twice the size of the picture, and reduced:
that is what makes its edges smooth.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final, Protocol

from PIL import Image, ImageColor, ImageDraw

SIZE: Final = 800
BANNER: Final = (1600, 640)
OVERSAMPLING: Final = 2
QUALITY: Final = 80

PALETTE: Final[dict[str, str]] = {
    "Cream": "#efe6d2",
    "White": "#fbf9f4",
    "Sand": "#d8c3a0",
    "Ochre": "#d9a441",
    "Honey": "#e2b35a",
    "Moss": "#74835a",
    "Sage": "#a9b79b",
    "Forest": "#3f5d4c",
    "Teal": "#3f7f80",
    "Sky": "#9dbdd0",
    "Navy": "#2f4460",
    "Slate": "#667480",
    "Charcoal": "#3d4146",
    "Grey": "#b0b2b0",
    "Steel": "#c3c9cd",
    "Rust": "#b4593a",
    "Terracotta": "#c9744f",
    "Berry": "#8d3b52",
    "Plum": "#6a4764",
    "Rose": "#d79a94",
    "Oak": "#c99c66",
    "Walnut": "#7c5539",
    "Cork": "#b98f63",
    "Willow": "#a98a5c",
    "Brass": "#c8a14a",
    "Zinc": "#a7b1b5",
    "Black": "#2b2b2d",
    "Glass": "#cfe0e2",
    "Iron": "#4a4d51",
    "Leather": "#a8703f",
    "Coffee": "#5e3e2a",
    "Shadow": "#d6cfc4",
    "Light": "#fdf3cf",
    "Flame": "#f0a63c",
    "Soil": "#6b5140",
}
GROUNDS: Final = ("#f1ebe1", "#e7ebe6", "#e8ecf0", "#f3e8e3", "#ececf1", "#f2eddc")

Colour = tuple[int, int, int]
Point = tuple[float, float]
Box = tuple[float, float, float, float]
#: The thing's own colour mixed with black (below 0) or white (above 0), or a colour of the palette.
Tint = float | str


class Stroke(Protocol):
    """One flat piece of a thing."""

    def put(self, canvas: "Canvas") -> None:
        """Draw it."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """A square on a picture: its corner and the size of a unit in pixels; `colour` is that of the thing drawn."""

    pixels: ImageDraw.ImageDraw
    left: float
    top: float
    unit: float
    colour: Colour

    def ink(self, tint: Tint) -> Colour:
        """The colour of a tint."""
        return _rgb(PALETTE[tint]) if isinstance(tint, str) else _mixed(self.colour, tint)

    def spot(self, point: Point) -> Point:
        """Where a point is on the picture."""
        return self.left + point[0] * self.unit, self.top + point[1] * self.unit

    def box(self, box: Box) -> Box:
        """Where a box (left, top, right, bottom) is on the picture."""
        return *self.spot(box[:2]), *self.spot(box[2:])


@dataclass(frozen=True, slots=True)
class Oval:
    """An ellipse."""

    box: Box
    tint: Tint = 0.0

    def put(self, canvas: Canvas) -> None:
        """Draw it."""
        canvas.pixels.ellipse(canvas.box(self.box), fill=canvas.ink(self.tint))


@dataclass(frozen=True, slots=True)
class Half:
    """The lower half of an ellipse, or the part of it between two angles, clockwise from three o'clock."""

    box: Box
    tint: Tint = 0.0
    angles: tuple[float, float] = (0, 180)

    def put(self, canvas: Canvas) -> None:
        """Draw it."""
        canvas.pixels.pieslice(canvas.box(self.box), *self.angles, fill=canvas.ink(self.tint))


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle with round corners."""

    box: Box
    tint: Tint = 0.0
    radius: float = 0

    def put(self, canvas: Canvas) -> None:
        """Draw it."""
        canvas.pixels.rounded_rectangle(
            canvas.box(self.box), radius=self.radius * canvas.unit, fill=canvas.ink(self.tint)
        )


@dataclass(frozen=True, slots=True)
class Polygon:
    """A filled polygon."""

    points: Sequence[Point]
    tint: Tint = 0.0

    def put(self, canvas: Canvas) -> None:
        """Draw it."""
        canvas.pixels.polygon([canvas.spot(point) for point in self.points], fill=canvas.ink(self.tint))


@dataclass(frozen=True, slots=True)
class Line:
    """A line with round ends and corners."""

    points: Sequence[Point]
    width: float
    tint: Tint = 0.0

    def put(self, canvas: Canvas) -> None:
        """Draw it."""
        spots = [canvas.spot(point) for point in self.points]
        ink, width = canvas.ink(self.tint), self.width * canvas.unit
        canvas.pixels.line(spots, fill=ink, width=round(width), joint="curve")
        for x, y in (spots[0], spots[-1]):
            canvas.pixels.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=ink)


@dataclass(frozen=True, slots=True)
class Arc:
    """A part of an ellipse's rim, clockwise between two angles from three o'clock."""

    box: Box
    width: float
    tint: Tint = 0.0
    angles: tuple[float, float] = (0, 360)

    def put(self, canvas: Canvas) -> None:
        """Draw it."""
        width = round(self.width * canvas.unit)
        canvas.pixels.arc(canvas.box(self.box), *self.angles, fill=canvas.ink(self.tint), width=width)


Thing = Sequence[Stroke]


def draw(thing: Thing, colours: Sequence[str], *, ground: int, is_group: bool = False) -> bytes:
    """A square WebP picture of the thing in the first colour; three of them in all the colours where `is_group`."""
    image = _table(SIZE, SIZE, ground, edge=0.3 if is_group else 0.75)
    places = ((4, 12, 0.5), (46, 8, 0.5), (25, 40, 0.5)) if is_group else ((0, 0, 1),)
    for number, (left, top, size) in enumerate(places):
        _put(thing, colours[number % len(colours)], image, place=(left, top, size))
    return _encoded(image)


def draw_banner(things: Sequence[tuple[Thing, str]], *, ground: int) -> bytes:
    """A wide WebP picture of several things side by side, each with its colour."""
    image = _table(*BANNER, ground, edge=0.75)
    room = BANNER[0] / BANNER[1] * 100 / len(things)
    size = min(room * 1.1, 84)
    for number, (thing, colour) in enumerate(things):
        _put(thing, colour, image, place=(number * room + (room - size) / 2, 96 - size, size / 100))
    return _encoded(image)


def _put(thing: Thing, colour: str, image: Image.Image, *, place: tuple[float, float, float]) -> None:
    """Draw the thing at (left, top, size), in hundredths of the picture's height."""
    left, top, size = place
    unit = image.height / 100
    canvas = Canvas(ImageDraw.Draw(image), left * unit, top * unit, size * unit, _rgb(PALETTE[colour]))
    for stroke in thing:
        stroke.put(canvas)


def _table(width: int, height: int, ground: int, *, edge: float) -> Image.Image:
    """A wall, and the table on which things stand; it ends at `edge` of the height."""
    colour = _rgb(GROUNDS[ground % len(GROUNDS)])
    image = Image.new("RGB", (width * OVERSAMPLING, height * OVERSAMPLING), colour)
    front = (0, round(image.height * edge), image.width, image.height)
    ImageDraw.Draw(image).rectangle(front, fill=_mixed(colour, -0.07))
    return image


def _encoded(image: Image.Image) -> bytes:
    data = BytesIO()
    image.reduce(OVERSAMPLING).save(data, "WEBP", quality=QUALITY, method=1)
    return data.getvalue()


def _rgb(text: str) -> Colour:
    red, green, blue = ImageColor.getrgb(text)[:3]
    return red, green, blue


def _mixed(colour: Colour, by: float) -> Colour:
    target = 255 if by > 0 else 0
    red, green, blue = (round(part + (target - part) * abs(by)) for part in colour)
    return red, green, blue
