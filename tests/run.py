"""`make test`: the suite in its parts, in parallel where parts allow, with the time of each and the coverage of all."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass

from nexus_shop.core.postgres import ROOT

os.chdir(ROOT)


@dataclass(frozen=True)
class Part:
    """A run of pytest. `workers` 0 is one after the other: the part starts servers of its own.

    The first parallel part alone is measured: pytest-cov begins anew, and forgets what parts before it have covered.
    """

    name: str
    paths: tuple[str, ...]
    workers: int = 0
    is_measured: bool = True


SERVERS = ("tests/concurrency", "tests/faults", "tests/fuzz", "tests/e2e", "tests/commands")
PARTS = (
    Part("suite", ("tests", *(f"--ignore={path}" for path in SERVERS)), workers=os.cpu_count() or 2),
    Part("concurrency and faults", ("tests/concurrency", "tests/faults")),
    Part("schema fuzz", ("tests/fuzz",), workers=os.cpu_count() or 2, is_measured=False),
    Part("browser", ("tests/e2e",)),
    Part("commands", ("tests/commands",)),
)


def _command(part: Part) -> list[str]:
    paths = [path for path in part.paths if path.startswith("-") or (ROOT / path).exists()]
    if not part.workers:
        return [sys.executable, "-m", "coverage", "run", "-m", "pytest", *paths]
    measuring = ["--cov", "--cov-report="] if part.is_measured else ["--no-cov"]
    return [sys.executable, "-m", "pytest", *paths, "-n", str(part.workers), "--dist", "worksteal", *measuring]


def main(arguments: list[str]) -> int:
    """Run every part, or, given arguments for pytest, one run with them."""
    if arguments:
        return subprocess.run([sys.executable, "-m", "pytest", *arguments], check=False).returncode
    coverage = [sys.executable, "-m", "coverage"]
    subprocess.run([*coverage, "erase"], check=True)
    times, failed = [], []
    for part in PARTS:
        print(f"\n── {part.name} " + "─" * (100 - len(part.name)), flush=True)
        begin = time.monotonic()
        # 5: no test was collected
        if subprocess.run(_command(part), check=False).returncode not in {0, 5}:
            failed.append(part.name)
        times.append((part.name, time.monotonic() - begin))
    print("\n── coverage " + "─" * 92, flush=True)
    subprocess.run([*coverage, "combine", "--quiet", "--append"], check=False)
    if subprocess.run([*coverage, "report"], check=False).returncode:
        failed.append("coverage")
    for name, seconds in times:
        print(f"{name:24} {seconds / 60:5.1f} min")
    print(f"failed: {', '.join(failed)}" if failed else "all parts passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
