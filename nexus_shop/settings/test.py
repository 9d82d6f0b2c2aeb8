"""Settings of the tests: the shop's own, with cheap password hashes and files of their own (see tests/database.py)."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from . import *  # noqa: F403
from . import DATABASES

DATABASES["default"]["CONN_MAX_AGE"] = 0
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MEDIA_ROOT = Path(tempfile.mkdtemp(prefix="nexus-test-media-"))
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@atexit.register
def _drop_media(media: Path = MEDIA_ROOT, owner: int = os.getpid()) -> None:
    if os.getpid() == owner:  # a forked worker has its parent's
        shutil.rmtree(media, ignore_errors=True)
