"""Files to import, written by the tests."""

import csv
import http.server
import threading
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

WriteCsv = Callable[..., Path]

HEADINGS = (
    *("Handle", "Title", "Body (HTML)", "Vendor", "Type", "Tags", "Published", "Option1 Name", "Option1 Value"),
    *("Option2 Name", "Option2 Value", "Option3 Name", "Option3 Value", "Variant SKU", "Variant Inventory Tracker"),
    *("Variant Inventory Qty", "Variant Inventory Policy", "Variant Price", "Variant Compare At Price"),
    *("Variant Requires Shipping", "Variant Barcode", "Image Src", "Image Position", "Image Alt Text", "Gift Card"),
    *("SEO Title", "SEO Description", "Variant Image", "Status"),
)


@pytest.fixture
def write_csv(tmp_path: Path) -> WriteCsv:
    """Write rows (column -> cell) under Shopify's headings."""

    def write(*rows: dict[str, str], headings: tuple[str, ...] = HEADINGS, name: str = "products.csv") -> Path:
        path = tmp_path / name
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, headings, restval="")
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write


MUG = {
    "Handle": "mug",
    "Title": "Mug",
    "Vendor": "Potters",
    "Type": "Kitchen",
    "Published": "true",
    "Option1 Name": "Title",
    "Option1 Value": "Default Title",
    "Variant SKU": "MUG-1",
    "Variant Inventory Tracker": "shopify",
    "Variant Inventory Qty": "7",
    "Variant Price": "12.50",
}
SHIRT = {
    "Handle": "shirt",
    "Title": "Shirt",
    "Type": "Clothes",
    "Option1 Name": "Size",
    "Option1 Value": "Small",
    "Variant SKU": "SH-S",
    "Variant Inventory Tracker": "shopify",
    "Variant Inventory Qty": "3",
    "Variant Price": "20.00",
}
SHIRT_LARGE = {
    "Handle": "shirt",
    "Option1 Value": "Large",
    "Variant SKU": "SH-L",
    "Variant Inventory Tracker": "shopify",
    "Variant Inventory Qty": "4",
    "Variant Price": "22.00",
}


@pytest.fixture
def mug() -> dict[str, str]:
    """A stand-alone product: 12.50, 7 in stock."""
    return dict(MUG)


@pytest.fixture
def shirt() -> list[dict[str, str]]:
    """A product with two sizes: 20.00 and 22.00, 3 and 4 in stock."""
    return [dict(SHIRT), dict(SHIRT_LARGE)]


def png(size: tuple[int, int] = (8, 6), mode: str = "RGB") -> bytes:
    """A picture of one colour."""
    data = BytesIO()
    Image.new(mode, size, 128).save(data, "PNG")
    return data.getvalue()


class _Handler(http.server.BaseHTTPRequestHandler):
    server: "PictureServer"

    def do_GET(self) -> None:
        self.server.hits.append(self.path)
        body = self.server.bodies.get(self.path)
        self.send_response(200 if body is not None else 404)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        """Silence."""


class PictureServer(http.server.ThreadingHTTPServer):
    """A server on loopback that hands out `bodies`, by path, and remembers what was asked for."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bodies: dict[str, bytes] = {"/a.png": png(), "/b.png": png((4, 4)), "/text.png": b"not a picture"}
        self.hits: list[str] = []

    def url(self, path: str) -> str:
        """The address of a path."""
        return f"http://127.0.0.1:{self.server_port}{path}"


@pytest.fixture
def picture_server() -> Iterator[PictureServer]:
    """Two pictures, /a.png and /b.png, and something that is none, /text.png."""
    with PictureServer() as listening:
        thread = threading.Thread(target=listening.serve_forever, args=[0.02])
        thread.start()
        yield listening
        listening.shutdown()
        thread.join()
