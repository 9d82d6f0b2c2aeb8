"""Logs: one line each on standard error, with the request id."""

from .env import text

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "nexus_shop.core.requests.RequestIdFilter"}},
    "formatters": {
        "line": {
            "format": "{asctime} {levelname} {name} [{request_id}] {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]}},
    "root": {"handlers": ["console"], "level": text("DJANGO_LOG_LEVEL")},
    "loggers": {
        "django": {"level": text("DJANGO_LOG_LEVEL")},
        # sorl and Pillow tell of every broken picture at DEBUG
        "PIL": {"level": "INFO"},
    },
}
