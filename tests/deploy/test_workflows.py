""".github and .ci/run, read: the commands are those of the Makefile, the rights are few, the actions are pinned."""

import re
from typing import Any

import pytest
import yaml

from tests.deploy.dockerfile import ROOT

GITHUB = ROOT / ".github"
WORKFLOWS = {path.name: path for path in sorted((GITHUB / "workflows").glob("*.yml"))}


def workflow(name: str) -> dict[str, Any]:
    """A workflow, parsed."""
    parsed: dict[str, Any] = yaml.safe_load(WORKFLOWS[name].read_text())
    return parsed


def steps(name: str) -> list[dict[str, Any]]:
    """All steps of all jobs."""
    return [step for job in workflow(name)["jobs"].values() for step in job["steps"]]


def targets(job: dict[str, Any]) -> list[str]:
    """The make targets that a job runs."""
    return [match for step in job["steps"] for match in re.findall(r"\bmake (\S+)", step.get("run", ""))]


def test_workflows_are_these() -> None:
    assert list(WORKFLOWS) == ["cd.yml", "ci.yml", "security.yml"]


@pytest.mark.parametrize("name", WORKFLOWS)
def test_workflow_may_only_read(name: str) -> None:
    assert workflow(name)["permissions"] == {"contents": "read"}
    wider = {job: spec["permissions"] for job, spec in workflow(name)["jobs"].items() if "permissions" in spec}
    assert wider == ({"image": {"contents": "read", "packages": "write"}} if name == "cd.yml" else {})
    assert all(job["timeout-minutes"] <= 60 for job in workflow(name)["jobs"].values())


@pytest.mark.parametrize("name", WORKFLOWS)
def test_actions_are_pinned_and_leave_no_token_behind(name: str) -> None:
    used = [step for step in steps(name) if "uses" in step]
    assert used
    for step in used:
        assert re.fullmatch(r"(actions|docker)/[a-z-]+@v\d+\.\d+\.\d+", step["uses"])
        if step["uses"].startswith("actions/checkout"):
            assert step["with"] == {"persist-credentials": False}


def test_ci_runs_the_two_commands_on_each_database() -> None:
    jobs = workflow("ci.yml")["jobs"]
    assert {name: targets(job) for name, job in jobs.items()} == {
        "check": ["check"],
        "test-embedded": ["test"],
        "test": ["test"],
    }
    assert jobs["test"]["strategy"]["matrix"] == {"postgres": ["15", "18"]}
    assert jobs["test"]["services"]["postgres"]["image"] == "postgres:${{ matrix.postgres }}"
    assert jobs["test"]["env"] == {"DATABASE_URL": "postgresql://nexus:nexus@127.0.0.1:5432/nexus"}
    assert "services" not in jobs["test-embedded"]
    assert "env" not in jobs["test-embedded"]


@pytest.mark.parametrize("name", WORKFLOWS)
def test_make_targets_of_workflows_exist(name: str) -> None:
    makefile = (ROOT / "Makefile").read_text().replace("$(TOOLS):", ".venv/.tools:")
    for job in workflow(name)["jobs"].values():
        for target in targets(job):
            assert re.search(rf"^{re.escape(target)}:", makefile, re.MULTILINE), target


def test_image_is_not_pushed_before_it_is_proven() -> None:
    names = [step.get("run") or step["uses"].partition("@")[0] for step in steps("cd.yml")]
    assert names.index("make check") < names.index("make test") < names.index("docker/build-push-action")
    assert "UNTESTED" in WORKFLOWS["cd.yml"].read_text().split("name:")[0]


def test_auditor_is_asked_whether_it_sees() -> None:
    runs = [step.get("run", "") for step in steps("security.yml")]
    blind = next(place for place, run in enumerate(runs) if "django==3.2.0" in run)
    audit = next(place for place, run in enumerate(runs) if "-r requirements.txt" in run)
    assert blind < audit


@pytest.mark.parametrize("path", ["dependabot.yml", "ISSUE_TEMPLATE/bug.yml", "ISSUE_TEMPLATE/wish.yml"])
def test_form_is_readable(path: str) -> None:
    parsed = yaml.safe_load((GITHUB / path).read_text())
    assert parsed.get("body") or parsed.get("updates")
