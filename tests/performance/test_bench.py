"""The benchmark and the locust file run: in small, for what they measure here means nothing."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nexus_shop.core.postgres import ROOT
from tests.performance.scenarios import SCENARIOS
from tests.servers import serving


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """A command of the checkout."""
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def test_bench_measures_every_scenario(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    done = run(
        sys.executable,
        "-m",
        "tests.performance.bench",
        "--products",
        "30",
        "--seconds",
        "0.2",
        "--orders",
        "40",
        "--json",
        file,
    )

    assert done.returncode == 0, done.stderr
    figures = json.loads(file.read_text())
    assert (figures["products"], figures["skus"]) == (30, 42)
    assert list(figures["scenarios"]) == [scenario.name for scenario in SCENARIOS]
    for result in figures["scenarios"].values():
        assert result["title"] in done.stdout
        assert result["runs"] >= 5
        assert result["cpu_ms"] >= 0
    assert {name: figures["scenarios"][name]["sql"] for name in ("health", "list", "detail", "tree")} == {
        "health": 0,
        "list": 1,
        "detail": 1,
        "tree": 1,
    }
    assert figures["scenarios"]["order"]["sql"] > figures["scenarios"]["add"]["sql"] > 1
    assert figures["scenarios"]["order"]["cpu_ms"] > 0
    assert figures["scenarios"]["order_500"]["sql"] <= figures["scenarios"]["order"]["sql"] + 4
    assert figures["growth"]["orders"] >= 40
    assert figures["growth"]["after"]["cpu_ms"] > 0
    assert f"checkout with {figures['growth']['orders']} orders" in done.stdout
    assert min(figures["memory_mb"].values()) > 10


@pytest.mark.parametrize("kind", ["Browser", "Buyer"])
def test_shoppers_of_locust_are_served(own_database: str, tmp_path: Path, kind: str) -> None:
    from tests.performance import catalogue

    catalogue.fill(30)
    locust = Path(sys.executable).with_name("locust")
    with serving(own_database, workers=2) as shop:
        done = run(
            *(locust, "--locustfile", ROOT / "tests" / "performance" / "locustfile.py", "--headless", "--only-summary"),
            *("--host", shop.address, "--users", "3", "--spawn-rate", "3", "--run-time", "3s"),
            *("--json-file", tmp_path / "figures", kind),
        )

    assert done.returncode == 0, done.stdout + done.stderr
    rows: list[dict[str, Any]] = json.loads((tmp_path / "figures.json").read_text())
    served = {row["name"]: row["num_requests"] for row in rows}
    assert sum(row["num_failures"] for row in rows) == 0
    assert served["products/{id}/" if kind == "Browser" else "POST checkout/"] > 0
