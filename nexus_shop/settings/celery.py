"""Tasks and their schedule. Without a broker `manage.py worker` runs both; with one, Celery worker and beat do."""

from datetime import timedelta

from .env import text

CELERY_BROKER_URL = text("CELERY_BROKER_URL") or None
CELERY_RESULT_BACKEND = text("CELERY_RESULT_BACKEND") or None
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 600
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 1800}  # above the longest task
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# Name -> task and period: read by `manage.py worker`, or by Celery beat where there is a broker.
CELERY_BEAT_SCHEDULE = {
    "forget expired idempotency keys": {
        "task": "nexus_shop.core.tasks.purge_idempotency_keys_task",
        "schedule": timedelta(hours=1),
    },
    "forget delivered events": {
        "task": "nexus_shop.core.tasks.purge_delivered_events_task",
        "schedule": timedelta(hours=1),
    },
    "forget old rate counters": {
        "task": "nexus_shop.core.tasks.purge_limit_counters_task",
        "schedule": timedelta(minutes=10),
    },
    "forget dead logins": {
        "task": "nexus_shop.accounts.tasks.purge_token_families_task",
        "schedule": timedelta(hours=6),
    },
    "settle open payments": {
        "task": "forked_apps.payment.tasks.settle_open_attempts_task",
        "schedule": timedelta(seconds=30),
    },
    "cancel unpaid orders": {
        "task": "forked_apps.payment.tasks.expire_unpaid_orders_task",
        "schedule": timedelta(seconds=30),
    },
    "forget abandoned carts": {
        "task": "forked_apps.basket.tasks.purge_abandoned_carts_task",
        "schedule": timedelta(hours=6),
    },
    "count carts with vouchers": {
        "task": "forked_apps.voucher.tasks.count_carts_with_vouchers_task",
        "schedule": timedelta(minutes=5),
    },
    "forget old checkouts": {
        "task": "forked_apps.checkout.tasks.purge_old_checkouts_task",
        "schedule": timedelta(hours=6),
    },
    "give expired stock reservations back": {
        "task": "forked_apps.partner.tasks.release_expired_reservations_task",
        "schedule": timedelta(seconds=30),
    },
    "publish and hide products by the clock": {
        "task": "forked_apps.catalogue.tasks.obey_clock_task",
        "schedule": timedelta(minutes=1),
    },
    "note what the clock has made stale": {
        "task": "forked_apps.search.tasks.note_passed_days_task",
        "schedule": timedelta(minutes=1),
    },
    "fold the counts of listed products": {
        "task": "forked_apps.search.tasks.fold_counts_task",
        "schedule": timedelta(minutes=1),
    },
    "count which products are popular": {
        "task": "forked_apps.search.tasks.count_popularity_task",
        "schedule": timedelta(hours=1),
    },
    "forget expired links to carts": {
        "task": "forked_apps.basket.tasks.purge_shared_carts_task",
        "schedule": timedelta(hours=6),
    },
}
