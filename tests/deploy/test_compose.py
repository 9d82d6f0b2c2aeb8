"""deploy/compose.yml and compose.dev.yml, read; every command of ours in them, run with --help."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from nexus_shop.core import postgres
from nexus_shop.settings.env import VARIABLES
from tests.deploy.dockerfile import ROOT

DEPLOY = ROOT / "deploy"
PRODUCTION: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yml").read_text())
DEVELOPMENT: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.dev.yml").read_text())
FILES = {"compose.yml": PRODUCTION, "compose.dev.yml": DEVELOPMENT}


def ours(file: dict[str, Any]) -> dict[str, Any]:
    """The services that run the shop's image."""
    return {name: service for name, service in file["services"].items() if service["image"].startswith("nexus-shop")}


def commands(file: dict[str, Any]) -> list[list[str]]:
    """What our services run besides the image's own command; the first program of a shell line."""
    found = []
    for service in ours(file).values():
        command = service.get("command", [])
        if command[:2] == ["sh", "-c"]:
            command = command[2].split(" && ")[0].split()
        if command:
            found.append(command)
    return found


def test_services_are_those_that_a_shop_needs() -> None:
    assert set(ours(PRODUCTION)) == {"migrate", "web", "worker", "celery-worker", "beat"}
    assert set(PRODUCTION["services"]) - set(ours(PRODUCTION)) == {"proxy", "db", "redis", "broker"}
    assert set(DEVELOPMENT["services"]) == {"migrate", "web", "worker", "db", "redis"}


@pytest.mark.parametrize("name", FILES)
def test_variables_are_declared_settings(name: str) -> None:
    filled_in = set(re.findall(r"(?<!\$)\$\{([A-Z0-9_]+)", (DEPLOY / name).read_text()))
    given = {variable for service in ours(FILES[name]).values() for variable in service["environment"]}
    assert (filled_in | given) - set(VARIABLES) == set()


@pytest.mark.parametrize("command", commands(PRODUCTION) + commands(DEVELOPMENT), ids=" ".join)
def test_command_exists_with_its_options(command: list[str]) -> None:
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"}
    shown = subprocess.run([*command, "--help"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert shown.returncode == 0, shown.stderr
    assert "usage:" in shown.stdout.lower()


def test_only_the_proxy_is_reached_from_outside() -> None:
    published = {name: service["ports"] for name, service in PRODUCTION["services"].items() if "ports" in service}
    assert published == {"proxy": ["80:8080", "443:8443"]}
    assert PRODUCTION["networks"]["data"]["internal"] is True
    for name in ("db", "redis", "broker"):
        assert PRODUCTION["services"][name]["networks"] == ["data"]


def test_development_is_reached_from_this_machine_alone() -> None:
    ports = [port for service in DEVELOPMENT["services"].values() for port in service.get("ports", [])]
    assert len(ports) == 3
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_trusted_proxies_are_the_network_of_the_proxy_and_the_web_processes_alone() -> None:
    subnet = PRODUCTION["networks"]["edge"]["ipam"]["config"][0]["subnet"]
    assert {service["environment"]["TRUSTED_PROXIES"] for service in ours(PRODUCTION).values()} == {subnet}
    assert {name for name, service in PRODUCTION["services"].items() if "edge" in service["networks"]} == {
        "web",
        "proxy",
    }


def test_every_service_restarts_is_bounded_and_has_a_health_check_or_says_none() -> None:
    for name, service in PRODUCTION["services"].items():
        assert service["restart"] == ("no" if name == "migrate" else "unless-stopped"), name
        assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory"}, name
        assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}, name
        check = service["healthcheck"]
        assert check == {"disable": True} or {"test", "interval", "timeout", "retries"} <= set(check), name
    unchecked = {name for name, one in PRODUCTION["services"].items() if one["healthcheck"] == {"disable": True}}
    assert unchecked == {"migrate", "worker", "beat"}


def test_our_processes_are_locked_down() -> None:
    for name, service in {**ours(PRODUCTION), "proxy": PRODUCTION["services"]["proxy"]}.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["tmpfs"] == ["/tmp"], name  # noqa: S108 - the container's


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_nothing_starts_before_the_schema_is_there(file: dict[str, Any]) -> None:
    for name, service in ours(file).items():
        waits = {other: wait["condition"] for other, wait in service["depends_on"].items()}
        assert waits["db"] == "service_healthy", name
        if name != "migrate":
            assert waits["migrate"] == "service_completed_successfully", name


def test_proxy_gets_every_file_that_its_configuration_names() -> None:
    mounts = dict(volume.split(":")[:2] for volume in PRODUCTION["services"]["proxy"]["volumes"])
    assert {source: (DEPLOY / source).is_file() for source in mounts if source.startswith("./nginx/")} == {
        "./nginx/nginx.conf": True,
        "./nginx/shop.conf": True,
        "./nginx/languages.conf": True,
        "./nginx/proxy_headers.conf": True,
        "./nginx/problem_headers.conf": True,
    }
    texts = "".join((DEPLOY / source).read_text() for source in mounts if source.startswith("./nginx/"))
    included = set(re.findall(r"include (\S+);", texts)) - {"mime.types"}
    assert {f"/etc/nginx/{name}" for name in included} <= set(mounts.values())
    assert {"/etc/nginx/tls", "/srv/static", "/srv/media"} <= set(mounts.values())


def test_static_files_reach_the_proxy_by_the_migration() -> None:
    assert PRODUCTION["services"]["migrate"]["command"][2].endswith("cp -a /opt/static/. /srv/static/")
    assert "static:/srv/static" in PRODUCTION["services"]["migrate"]["volumes"]
    assert "static:/srv/static:ro" in PRODUCTION["services"]["proxy"]["volumes"]


def test_celery_has_a_queue_that_drops_nothing() -> None:
    services = PRODUCTION["services"]
    environment = services["web"]["environment"]
    assert environment["CELERY_BROKER_URL"] == "redis://broker:6379/0"
    assert environment["REDIS_URL"] == "redis://redis:6379/0"
    assert "noeviction" in services["broker"]["command"]
    assert "allkeys-lru" in services["redis"]["command"]
    assert services["beat"]["deploy"]["replicas"] == 1


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_database_sorts_as_the_embedded_one(file: dict[str, Any]) -> None:
    options = file["services"]["db"]["environment"]["POSTGRES_INITDB_ARGS"].split()
    source = Path(postgres.__file__).read_text()
    assert len(options) == 4
    assert all(f'"{option}"' in source for option in options)


def test_secrets_come_from_a_file_that_git_does_not_keep() -> None:
    assert {service["env_file"] for service in ours(PRODUCTION).values()} == {".env"}
    assert ".env" in (ROOT / ".gitignore").read_text().splitlines()
    for name in ("SECRET_KEY", "JWT_SECRET_KEY", "EMAIL_HOST_PASSWORD", "AWS_SECRET_ACCESS_KEY", "STRIPE_SECRET_KEY"):
        assert name not in (DEPLOY / "compose.yml").read_text()
