"""Settings of the tests: the shop's own, with cheap password hashes and files of their own (see tests/database.py)."""

import tempfile
from pathlib import Path

from . import *  # noqa: F403
from . import DATABASES

DATABASES["default"]["CONN_MAX_AGE"] = 0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MEDIA_ROOT = Path(tempfile.mkdtemp(prefix="nexus-test-media-"))
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
