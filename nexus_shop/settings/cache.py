"""Cache: Redis where REDIS_URL is set, else each process its own: then nothing that needs coherence is cached."""

from typing import Any

from .env import text

REDIS_URL = text("REDIS_URL")

_redis: dict[str, Any] = {"BACKEND": "nexus_shop.core.cache.RedisCache", "LOCATION": REDIS_URL}
_local: dict[str, Any] = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "LOCATION": "nexus",
    "OPTIONS": {"MAX_ENTRIES": 10_000},
}

CACHES = {
    "default": _redis if REDIS_URL else _local,
    # Wagtail's renditions: only file facts, the same in every process
    "renditions": _redis if REDIS_URL else {**_local, "LOCATION": "renditions"},
}
