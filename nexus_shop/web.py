"""The web process: `python -m nexus_shop.web` takes granian's options and, last, the application.

The application is loaded whole before granian forks its workers, so that they share the memory of its code. What must
not be shared (connections, threads) is made by the workers at their first request. SIGHUP exchanges the workers, not
their code: for a new version, start anew.
"""

import gc
import sys
from pkgutil import resolve_name

from django.urls import URLResolver, get_resolver
from granian.cli import cli


def main() -> None:
    """Load the application, then be granian. Raises what the application raises when it is loaded."""
    if ":" in sys.argv[-1]:  # else granian says what it wants
        resolve_name(sys.argv[-1])
        _import_views(get_resolver())
    gc.collect()
    gc.freeze()  # else the first collection in a worker would write to every page that it shares
    cli(auto_envvar_prefix="GRANIAN")


def _import_views(resolver: URLResolver) -> None:
    """Django imports a URLconf when the first request comes."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            _import_views(pattern)


if __name__ == "__main__":
    main()
