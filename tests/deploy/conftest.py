"""The shop behind its proxy: granian and nginx as processes, on a database of their own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import database

from . import stand

SEED = """
import django
django.setup()
from tests.factories.shop import make_product
make_product("Reading lamp", sku="LAMP-1", stock=50)
make_product("Desk lamp", sku="LAMP-2")
"""
PICTURE = b"\x89PNG\r\n\x1a\n"
FILES = {
    "static/shop.css": b"body{color:#123456}" * 100,
    "static/shop.0123456789ab.css": b"body{color:#123456}" * 100,
    "media/images/lamp.PNG": PICTURE,
    "media/images/lamp.svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
    "media/attachments/lamp.html": b"<script>1</script>",
    "media/documents/secret.pdf": b"%PDF-1.7",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stand.Site]:
    """The shop with two products, over TLS."""
    if stand.NGINX is None:
        pytest.skip("nginx is not installed here")
    folder = tmp_path_factory.mktemp("proxy")
    for name, content in FILES.items():
        (folder / "srv" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "srv" / name).write_bytes(content)
    name = f"nexus_test_{os.getpid()}_proxy"
    with database.admin_connection() as admin:
        database.clone(admin, database.ensure_template(admin), name)
        try:
            yield from _served(folder, database.address_of(name))
        finally:
            database.drop(admin, name)


def _served(folder: Path, address: str) -> Iterator[stand.Site]:
    port = stand.free_port()
    environment = os.environ | {
        "DATABASE_URL": address,
        "DJANGO_SETTINGS_MODULE": "nexus_shop.settings",
        "MEDIA_ROOT": str(folder / "srv" / "media"),
        "TRUSTED_PROXIES": "127.0.0.1/32",
        "SECURE_SSL_REDIRECT": "true",
        "SECURE_HSTS_SECONDS": "3600",
        "WEB_CONCURRENCY": "1",
    }
    subprocess.run([sys.executable, "-c", SEED], cwd=stand.ROOT, env=environment, check=True)
    granian = [str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--workers", "1"]
    granian += ["--blocking-threads", "4", "--port", str(port), "--log-level", "warning"]
    web = subprocess.Popen([*granian, "nexus_shop.wsgi:application"], cwd=stand.ROOT, env=environment)
    try:
        stand.wait_for_port(port, web)
        with stand.serving(stand.write_configuration(folder, upstream_port=port)) as site:
            yield site
    finally:
        web.terminate()
        web.wait(timeout=20)
