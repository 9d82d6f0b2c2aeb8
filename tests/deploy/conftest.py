"""The shop behind its proxy: the image's own web command and nginx, as processes, on a database of their own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests import database
from tests.deploy import dockerfile, stand

SEED: Final = """
import django
django.setup()
from tests.factories.shop import make_product
make_product("Reading lamp", sku="LAMP-1", stock=50)
make_product("Desk lamp", sku="LAMP-2")
"""
FILES: Final = {
    "static/shop.css": b"body{color:#123456}" * 100,
    "static/shop.0123456789ab.css": b"body{color:#123456}" * 100,
    "media/images/lamp.PNG": b"\x89PNG\r\n\x1a\n",
    "media/images/lamp.svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
    "media/attachments/lamp.html": b"<script>1</script>",
    "media/documents/secret.pdf": b"%PDF-1.7",
}


@dataclass(frozen=True, slots=True)
class Web:
    """A web process, and the folder of its uploads."""

    pid: int
    port: int
    folder: Path


@pytest.fixture(scope="package")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    """The shop with two products, as the image starts it."""
    folder = tmp_path_factory.mktemp("web")
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


def _served(folder: Path, address: str) -> Iterator[Web]:
    port = stand.free_port()
    environment = os.environ | {
        "DATABASE_URL": address,
        "DJANGO_SETTINGS_MODULE": "nexus_shop.settings",
        "MEDIA_ROOT": str(folder / "srv" / "media"),
        "TRUSTED_PROXIES": "127.0.0.1/32",
        "SECURE_SSL_REDIRECT": "true",
        "SECURE_HSTS_SECONDS": "3600",
        "WEB_CONCURRENCY": "1",
        "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}",
    }
    subprocess.run([sys.executable, "-c", SEED], cwd=stand.ROOT, env=environment, check=True)
    shell, option, line = dockerfile.command()
    line = line.replace("--host 0.0.0.0 --port 8000", f"--host 127.0.0.1 --port {port}")
    process = subprocess.Popen([shell, option, line], cwd=stand.ROOT, env=environment)
    try:
        stand.wait_for_port(port, process)
        yield Web(process.pid, port, folder)
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="package")
def shop(web: Web) -> Iterator[stand.Site]:
    """The shop over TLS."""
    if stand.NGINX is None:
        pytest.skip("nginx is not installed here")
    with stand.serving(stand.write_configuration(web.folder, upstream_port=web.port)) as site:
        yield site
