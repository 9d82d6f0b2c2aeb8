"""The shipped nginx configuration as an ordinary process on free ports, in front of any upstream."""

import contextlib
import datetime as dt
import ipaddress
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import urllib3
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ROOT: Final = Path(__file__).resolve().parents[2]
SHIPPED: Final = ROOT / "deploy" / "nginx"
NGINX: Final = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
START_SECONDS: Final = 30


@dataclass(frozen=True, slots=True)
class Site:
    """A running proxy and the folder that it lives in."""

    folder: Path
    http_port: int
    https_port: int

    @property
    def certificate(self) -> Path:
        """The certificate that clients trust."""
        return self.folder / "tls" / "fullchain.pem"

    def request(
        self, method: str, path: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> urllib3.BaseHTTPResponse:
        """One request over TLS, on a connection of its own. Nothing is decoded or followed."""
        with urllib3.HTTPSConnectionPool("127.0.0.1", self.https_port, ca_certs=str(self.certificate)) as pool:
            return pool.urlopen(
                method,
                path,
                body=body,
                headers=dict(headers or {}),
                redirect=False,
                retries=False,
                decode_content=False,
                timeout=30,
            )

    def get(self, path: str, **headers: str) -> urllib3.BaseHTTPResponse:
        """A GET; `accept_language="de"` is the header Accept-Language."""
        return self.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def log(self) -> str:
        """What the access log holds."""
        return (self.folder / "access.log").read_text()


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def write_configuration(folder: Path, *, upstream_port: int, languages: Mapping[str, str] | None = None) -> Site:
    """The shipped files with other ports and folders, and a certificate. Each replaced text has to be there.

    `languages` is what an owner has changed in languages.conf.
    """
    site = Site(folder, free_port(), free_port())
    replaced = {
        "nginx.conf": {
            "server web:8000": f"server 127.0.0.1:{upstream_port}",
            "include mime.types": "include /etc/nginx/mime.types",
            "/tmp/nginx": f"{folder}/nginx",  # noqa: S108 - the container's
            "/dev/stdout": f"{folder}/access.log",
            "/dev/stderr": f"{folder}/error.log",
        },
        "shop.conf": {
            "listen 8080": f"listen 127.0.0.1:{site.http_port}",
            "listen 8443": f"listen 127.0.0.1:{site.https_port}",
            "/etc/nginx/tls": f"{folder}/tls",
            "root /srv;": f"root {folder}/srv;",
        },
        "problem_headers.conf": {},
        "proxy_headers.conf": {},
        "languages.conf": dict(languages or {}),
    }
    for name, changes in replaced.items():
        text = (SHIPPED / name).read_text()
        for old, new in changes.items():
            assert old in text, f"{name} no longer says {old!r}"
            text = text.replace(old, new)
        (folder / name).write_text(text)
    _write_certificate(folder / "tls")
    return site


def command(site: Site, *arguments: str) -> list[str]:
    """Nginx on the site's configuration."""
    assert NGINX is not None
    user = " user root;" if os.getuid() == 0 else ""
    files = ["-p", str(site.folder), "-c", str(site.folder / "nginx.conf"), "-e", str(site.folder / "error.log")]
    return [NGINX, *files, "-g", f"daemon off;{user}", *arguments]


@contextlib.contextmanager
def serving(site: Site) -> Iterator[Site]:
    """Nginx up, and down again at the end."""
    with subprocess.Popen(command(site)) as process:
        try:
            wait_for_port(site.https_port, process)
            yield site
        finally:
            process.terminate()
            process.wait(timeout=20)


def wait_for_port(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Return once somebody listens there."""
    for _ in range(START_SECONDS * 10):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        assert process.poll() is None, "the server ended by itself"
        time.sleep(0.1)
    raise AssertionError(f"nothing listens on port {port}")


def _write_certificate(folder: Path) -> None:
    folder.mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(tz=dt.UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "privkey.pem").write_bytes(pem)
