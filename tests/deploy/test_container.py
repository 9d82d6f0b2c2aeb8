"""deploy/Dockerfile, read; its web command and its health check, run."""

import os
import re
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from nexus_shop.settings.env import REQUIRED, VARIABLES
from tests.deploy import dockerfile, stand
from tests.deploy.conftest import Web
from tests.deploy.dockerfile import ROOT

SECRETS = {name for name in VARIABLES if re.search(r"SECRET|PASSWORD|_KEY", name)}


def test_bases_are_pinned_by_tag() -> None:
    bases = [one.text.split()[0] for one in dockerfile.instructions() if one.keyword == "FROM"]
    assert bases == ["python:3.11-slim-bookworm", "python:3.11-slim-bookworm"]


def test_image_runs_as_a_number_that_is_not_root() -> None:
    users = [one.text for one in dockerfile.last_stage() if one.keyword == "USER"]
    assert users == ["10001:10001"]


def test_packages_come_from_the_lock_by_hash() -> None:
    installs = [
        part
        for one in dockerfile.instructions()
        for part in one.text.split("&&")
        if one.keyword == "RUN" and re.search(r"pip install", part)
    ]
    assert len(installs) == 2
    assert all("--require-hashes" in part for part in installs)


def test_no_secret_stays_in_a_layer() -> None:
    kept = [one.text for one in dockerfile.instructions() if one.keyword in {"ENV", "ARG"}]
    named = {name for text in kept for name in re.findall(r"([A-Z][A-Z0-9_]*)=", text)}
    assert not named & SECRETS
    given = dict(re.findall(r'(SECRET_KEY|JWT_SECRET_KEY)="(\S+ -c [^"]+)"', _build_step()))
    assert set(given) == {"SECRET_KEY", "JWT_SECRET_KEY"}
    assert all("secrets.token_hex(32)" in made for made in given.values())


def _build_step() -> str:
    (step,) = [one.text for one in dockerfile.instructions() if "collectstatic" in one.text]
    return step


def test_build_gives_the_settings_all_that_they_insist_on() -> None:
    required = {name for name, variable in VARIABLES.items() if variable.default is REQUIRED}
    assert {name for name in required if f"{name}=" in _build_step()} == required


def test_variables_of_the_image_are_the_shops() -> None:
    names = {
        name
        for one in dockerfile.last_stage()
        if one.keyword == "ENV"
        for name in re.findall(r"([A-Z][A-Z0-9_]*)=", one.text)
    }
    foreign = {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "DJANGO_SETTINGS_MODULE"}
    assert names - foreign == {"DEBUG", "STATIC_ROOT", "MEDIA_ROOT", "WEB_CONCURRENCY"}
    assert names - foreign <= set(VARIABLES)


def test_web_command_is_the_one_that_was_measured() -> None:
    assert dockerfile.command()[:2] == ["sh", "-c"]
    line = dockerfile.command()[2]
    assert line.startswith("exec python -m nexus_shop.web --interface wsgi ")
    assert "--workers ${WEB_CONCURRENCY} --blocking-threads 4 --backpressure 64 " in line
    assert line.endswith(" nexus_shop.wsgi:application")


def test_what_is_copied_passes_dockerignore() -> None:
    passed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {
        source
        for one in dockerfile.instructions()
        if one.keyword == "COPY" and not one.text.startswith("--from")
        for source in one.text.split()[:-1]
    }
    assert copied == passed
    assert all((ROOT / source).exists() for source in copied)


def test_files_that_were_not_built_say_so() -> None:
    for name in ("deploy/Dockerfile", "deploy/compose.yml", "deploy/compose.dev.yml"):
        head = " ".join((ROOT / name).read_text().split("\n\n")[0].replace("#", "").split())
        assert re.search(r"Not (built|run) by the project's own checks", head), name


def test_workers_share_the_memory_of_the_code(web: Web) -> None:
    assert _check(port=web.port, hosts="127.0.0.1").returncode == 0
    (worker,) = psutil.Process(web.pid).children()
    memory = worker.memory_full_info()
    assert memory.uss < memory.rss / 2


@pytest.mark.parametrize("hosts", ["127.0.0.1", ".localhost, other.example", "localhost,127.0.0.1"])
def test_health_check_passes_where_the_shop_answers(web: Web, hosts: str) -> None:
    assert _check(port=web.port, hosts=hosts).returncode == 0


def test_health_check_fails_where_nothing_answers_or_the_name_is_refused(web: Web) -> None:
    silent = _check(port=stand.free_port(), hosts="127.0.0.1")
    refused = _check(port=web.port, hosts="other.example")
    assert silent.returncode == refused.returncode == 1
    assert "not healthy" in silent.stderr
    assert "not healthy: HTTP Error 400" in refused.stderr


def _check(*, port: int, hosts: str) -> "subprocess.CompletedProcess[str]":
    (check,) = [one.text for one in dockerfile.last_stage() if one.keyword == "HEALTHCHECK"]
    assert check.endswith('CMD ["python", "deploy/healthcheck.py"]')
    return subprocess.run(
        [sys.executable, str(Path("deploy") / "healthcheck.py")],
        cwd=ROOT,
        env=os.environ | {"PORT": str(port), "ALLOWED_HOSTS": hosts},
        capture_output=True,
        text=True,
        check=False,
    )
