"""Uploads in a bucket: a stand-in for S3 over real HTTP, and a shop that is started with its settings."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import pytest
import urllib3

from nexus_shop.core.postgres import ROOT
from tests.servers import free_port

BUCKET: Final = "shop-uploads"
POLICY: Final = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    ],
}
# What a merchant does with a new picture, then what the worker does.
PROGRAM: Final = """
import json, sys
from io import BytesIO
import django
django.setup()
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image
from forked_apps.catalogue.models import ProductImage
from forked_apps.search.queries import cards
from nexus_shop.core.worker import drain
from tests.factories.shop import make_product

content = BytesIO()
Image.new("RGB", (1000, 500), (200, 30, 30)).save(content, "PNG")
product = make_product("Mug")
for order in range(2):
    picture = ContentFile(content.getvalue(), name="mug.png")
    ProductImage.objects.create(product=product, original=picture, display_order=order)
drain()
names = [image.original.name for image in product.images.order_by("display_order")]
card = cards([product.pk], language="en")[product.pk]["image"]
print(json.dumps({"names": names, "card": card, "original": default_storage.url(names[0])}))
"""


@dataclass(frozen=True)
class Bucket:
    """An empty bucket of a server that speaks S3."""

    endpoint: str
    pool: urllib3.PoolManager

    def fetch(self, name: str) -> urllib3.BaseHTTPResponse:
        """A file, as a browser without keys gets it."""
        return self.pool.request("GET", f"{self.endpoint}/{BUCKET}/{name}")


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    """The server of moto, which keeps what it is given, with a bucket that everybody may read."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    endpoint = f"http://127.0.0.1:{port}"
    try:
        with urllib3.PoolManager(retries=False, timeout=10) as pool:
            _make_bucket(pool, endpoint)
            yield Bucket(endpoint, pool)
    finally:
        server.terminate()
        server.wait()


def _make_bucket(pool: urllib3.PoolManager, endpoint: str) -> None:
    for _ in range(300):
        with suppress(urllib3.exceptions.HTTPError):
            assert pool.request("PUT", f"{endpoint}/{BUCKET}").status == 200
            assert pool.request("PUT", f"{endpoint}/{BUCKET}?policy", body=json.dumps(POLICY)).status in {200, 204}
            return
        time.sleep(0.1)
    raise RuntimeError("moto does not start")


def upload(database: str, bucket: Bucket, **more: str) -> dict[str, Any]:
    """Two pictures of one name, uploaded by a process with the settings of a bucket."""
    environment = os.environ | {
        "DATABASE_URL": database,
        "DJANGO_SETTINGS_MODULE": "nexus_shop.settings",
        "AWS_STORAGE_BUCKET_NAME": BUCKET,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_S3_REGION_NAME": "us-east-1",
        "AWS_S3_ENDPOINT_URL": bucket.endpoint,
        **more,
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    shown: dict[str, Any] = json.loads(done.stdout)
    return shown


def test_picture_is_kept_in_the_bucket_and_shown_from_there(own_database: str, bucket: Bucket) -> None:
    uploaded = upload(own_database, bucket)
    place = f"{bucket.endpoint}/{BUCKET}/"
    card = uploaded["card"]
    assert (card["width"], card["height"]) == (640, 320)
    assert card["url"].startswith(f"{place}renditions/")
    assert [part.split(" ")[0].startswith(place) for part in card["srcset"].split(", ")] == [True, True, True]
    assert uploaded["original"] == place + uploaded["names"][0]
    shown = bucket.pool.request("GET", card["url"])
    assert (shown.status, shown.headers["Content-Type"]) == (200, "image/webp")
    assert shown.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert shown.data[8:12] == b"WEBP"


def test_second_picture_of_a_name_leaves_the_first_alone(own_database: str, bucket: Bucket) -> None:
    first, second = upload(own_database, bucket)["names"]
    assert first != second
    assert [bucket.fetch(name).status for name in (first, second)] == [200, 200]


def test_bucket_behind_a_cdn_is_shown_from_the_cdn(own_database: str, bucket: Bucket) -> None:
    uploaded = upload(own_database, bucket, MEDIA_URL="https://cdn.example/uploads/")
    assert uploaded["original"] == f"https://cdn.example/uploads/{uploaded['names'][0]}"
    assert uploaded["card"]["url"].startswith("https://cdn.example/uploads/renditions/")
    assert bucket.fetch(uploaded["names"][0]).headers["Content-Type"] == "image/png"
