"""The web container's health check: does this process answer? Standard library only; the app does not import it.

It asks by a name of ALLOWED_HOSTS, since the shop answers to no other. Run by `tests/deploy/test_container.py`.
"""

# ruff: noqa: INP001 - a script of the image, in no package

import os
import sys
import urllib.request

port = os.environ.get("PORT", "8000")
host = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().removeprefix(".")
request = urllib.request.Request(
    f"http://127.0.0.1:{port}/health/", headers={"Host": "localhost" if host == "*" else host}
)
try:
    with urllib.request.urlopen(request, timeout=4):  # noqa: S310 - the address is ours
        pass
except OSError as problem:
    sys.exit(f"not healthy: {problem}")
