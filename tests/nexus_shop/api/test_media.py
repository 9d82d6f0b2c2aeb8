"""Uploads that we serve ourselves."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from nexus_shop.api.media import media_patterns

pytestmark = pytest.mark.django_db

FILES = {
    "images/lamp.png": b"\x89PNG",
    "images/lamp.svg": b"<svg onload='alert(1)'/>",
    "files/page.html": b"<script>alert(1)</script>",
    "files/manual.pdf": b"%PDF",
    "files/unknown": b"?",
    "documents/contract.pdf": b"%PDF secret",
}


@pytest.fixture(autouse=True)
def _uploads(tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    for name, content in FILES.items():
        path = settings.MEDIA_ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (tmp_path / "outside.txt").write_text("secret")


def fetch(client: Client, name: str) -> tuple[Any, bytes]:
    """The answer and its file: reading it to the end closes it."""
    answer: Any = client.get(f"/media/{name}")
    return answer, b"".join(answer.streaming_content)


def test_picture_is_shown(client: Client) -> None:
    answer, content = fetch(client, "images/lamp.png")

    assert content == b"\x89PNG"
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"] == 'inline; filename="lamp.png"'
    assert answer["Cache-Control"] == "public, max-age=86400"


@pytest.mark.parametrize("name", ["images/lamp.svg", "files/page.html", "files/manual.pdf", "files/unknown"])
def test_everything_else_is_a_download(client: Client, name: str) -> None:
    answer, content = fetch(client, name)

    assert content == FILES[name]
    assert answer["Content-Disposition"] == "attachment"


@pytest.mark.parametrize("name", ["images/lamp.png", "files/page.html"])
def test_nothing_of_it_runs_in_our_origin(client: Client, name: str) -> None:
    answer, _ = fetch(client, name)

    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "images/absent.png",
        "images/",
        "../outside.txt",
        "images/../../outside.txt",
        "..%2foutside.txt",
        "images/lamp.png%00",
        "documents/contract.pdf",
        "images/../documents/contract.pdf",
        "./documents/contract.pdf",
        "/documents/contract.pdf",
    ],
)
def test_what_is_not_public_is_not_found(client: Client, path: str) -> None:
    assert client.get(f"/media/{path}").status_code == 404


def test_upload_is_refused(client: Client) -> None:
    assert client.post("/media/images/lamp.png").status_code == 405


def test_no_route_where_a_bucket_or_another_host_has_the_uploads(settings: Settings) -> None:
    assert len(media_patterns()) == 1

    settings.AWS_STORAGE_BUCKET_NAME = "bucket"
    assert media_patterns() == []

    settings.AWS_STORAGE_BUCKET_NAME = ""
    settings.MEDIA_URL = "https://cdn.example/"
    assert media_patterns() == []
