"""Everything is stale at once: how fast the worker makes it fresh again, and what memory it takes meanwhile."""

import time
from dataclasses import dataclass
from typing import Final

from tests.performance.processes import Meter

PAUSE: Final = 0.5  # seconds between two looks
PATIENCE: Final = 1800

# All products stand below some root: each document shows its name
RENAME_ROOTS: Final = "UPDATE catalogue_category SET name = name || ' (all)' WHERE depth = 1"


@dataclass(frozen=True)
class Rebuild:
    """How long it took from the commit until no note waited, and the most memory that the worker had (PSS)."""

    documents: int
    seconds: float
    per_second: float
    worker_cpu_ms: float
    peak_worker_mb: float

    def line(self) -> str:
        """The figures as people read them."""
        return (
            f"all {self.documents} documents stale at once: fresh after {self.seconds:.1f} s,"
            f" {self.per_second:.0f} documents per second, {self.worker_cpu_ms:.2f} CPU ms each;"
            f" worker at most {self.peak_worker_mb:.0f} MB"
        )


def rebuild_all_by_worker(meter: Meter) -> Rebuild:
    """Rename every root category, and watch the worker."""
    from django.db import connection

    from forked_apps.search.queries import backlog

    before, begin = meter.read(), time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(RENAME_ROOTS)
    peak = 0.0
    while (state := backlog())["notes"]:
        if time.monotonic() - begin > PATIENCE:
            raise RuntimeError(f"the worker is not through: {state}")
        peak = max(peak, meter.memory().worker)
        time.sleep(PAUSE)
    seconds = time.monotonic() - begin
    used = meter.read() - before
    connection.close()
    documents = int(state["documents"])
    return Rebuild(
        documents=documents,
        seconds=round(seconds, 1),
        per_second=round(documents / seconds, 1),
        worker_cpu_ms=round(1000 * used.worker / max(1, documents), 3),
        peak_worker_mb=round(peak, 1),
    )
