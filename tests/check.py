"""`make check`: all that is said of the code without running it as a shop, with the time of each step."""

import difflib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from nexus_shop.core.postgres import ROOT

BIN: Final = Path(sys.executable).parent
SCHEMA: Final = ROOT / "nexus_shop" / "api" / "openapi.yml"
TEMPLATES: Final = ("templates", "forked_apps", "cms", "nexus_shop")
TESTING: Final = {"NEXUS_ENV_FILE": str(ROOT / "tests" / "test.env"), "PYTHONPATH": str(ROOT)}
# What a shop on the internet sets; none of it opens anything.
PRODUCTION: Final = {
    "NEXUS_ENV_FILE": os.devnull,
    "SECRET_KEY": "9pT4vY7wQx2Lr8Zk5Nf3Jm6Hd1Bs0Gc-Ea_Ru.Ti+Wo=Pq~Xy-Uv7Kz2",
    "JWT_SECRET_KEY": "Zk5Nf3Jm6Hd1Bs0Gc-Ea_Ru.Ti+Wo=Pq~Xy9pT4vY7wQx2Lr8aaBBccDDeeFFgg11",
    "ALLOWED_HOSTS": "shop.example",
    "CSRF_TRUSTED_ORIGINS": "https://shop.example",
    "CORS_ALLOWED_ORIGINS": "https://www.shop.example",
    "STOREFRONT_URL": "https://www.shop.example",
    "TRUSTED_PROXIES": "10.0.0.0/8",
}
OUTSIDE: Final = ("PATH", "HOME", "LANG", "DATABASE_URL", "TMPDIR")

Step = Callable[[], int]


def call(*command: str | Path, **environment: str) -> int:
    """Run a command with just these variables, and those that lead to programs and to the database."""
    kept = {name: os.environ[name] for name in OUTSIDE if name in os.environ}
    return subprocess.run(command, cwd=ROOT, env=kept | environment, check=False).returncode


def manage(*arguments: str, **environment: str) -> int:
    """`manage.py` with the tests' environment, unless another is given."""
    return call(sys.executable, "manage.py", *arguments, **(environment or TESTING))


def write_schema(path: Path = SCHEMA) -> int:
    """Generate the OpenAPI file; a warning of the generator is an error."""
    return manage("spectacular", "--validate", "--fail-on-warn", "--file", str(path))


def compare_schema() -> int:
    """Whether the committed OpenAPI file is what the code says."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / SCHEMA.name
        if code := write_schema(fresh):
            return code
        old, new = (path.read_text().splitlines() for path in (SCHEMA, fresh))
        changes = list(difflib.unified_diff(old, new, "committed", "generated", lineterm="", n=1))
    for line in changes[:40]:
        print(line)
    if changes:
        print("The OpenAPI file is not what the code says: `make schema` writes it anew.")
    return 1 if changes else 0


STEPS: Final[dict[str, Step]] = {
    "ruff format": lambda: call(BIN / "ruff", "format", "--check", "--quiet", "."),
    "ruff check": lambda: call(BIN / "ruff", "check", "--quiet", "."),
    "mypy": lambda: call(BIN / "mypy", **TESTING),
    "import contracts": lambda: call(BIN / "lint-imports", **TESTING),
    "templates": lambda: call(BIN / "djlint", *TEMPLATES, "--lint", "--quiet"),
    "migrations": lambda: manage("makemigrations", "--check", "--dry-run"),
    "OpenAPI file": compare_schema,
    "check --deploy": lambda: manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION),
    "architecture": lambda: call(sys.executable, "-m", "pytest", "-q", "tests/architecture"),
}


def main(arguments: list[str]) -> int:
    """Run every step, also behind one that failed; then say how long each took and which failed."""
    if arguments == ["--write-schema"]:
        return write_schema()
    times, failed = {}, []
    for name, step in STEPS.items():
        print(f"── {name}", flush=True)
        begin = time.monotonic()
        if step():
            failed.append(name)
        times[name] = time.monotonic() - begin
    print("── " + ", ".join(f"{name} {seconds:.0f} s" for name, seconds in times.items()))
    print(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
