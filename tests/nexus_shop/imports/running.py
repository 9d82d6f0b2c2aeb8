"""Run the command here or in a process of its own."""

import csv
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).resolve().parents[3]


def run(path: Path, *options: str, verbosity: int = 1) -> tuple[list[str], str]:
    """The lines of standard output, the last without its time, and all of standard error."""
    out, err = StringIO(), StringIO()
    call_command("import_products", str(path), *options, format="shopify", verbosity=verbosity, stdout=out, stderr=err)
    lines = out.getvalue().splitlines()
    return [line.split(" in rows;")[0] for line in lines], err.getvalue()


def failing(path: Path, *options: str) -> tuple[list[str], str]:
    """The lines of standard output, and the error at the end."""
    out = StringIO()
    with pytest.raises(CommandError) as failed:
        call_command("import_products", str(path), *options, format="shopify", stdout=out, stderr=StringIO())
    return [line.split(" in rows;")[0] for line in out.getvalue().splitlines()], str(failed.value)


def report_of(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def start(database: str, path: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "manage.py", "import_products", "--format", "shopify", "--no-images", str(path)]
    environment = os.environ | {"DATABASE_URL": database, "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
