"""Tables of the core: outbox, queued tasks, idempotency keys, rate counters."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class OutboxEvent(models.Model):
    """A published event, stored in the publisher's transaction and delivered after it, at least once.

    `due_at` is when it may be claimed next: claiming moves it forward, so that a crashed relay's claim lapses.
    """

    id = models.BigAutoField(primary_key=True)
    event_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=100)
    payload = models.JSONField()
    request_id = models.CharField(max_length=64, blank=True)
    occurred_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0)
    delivered_to = ArrayField(models.CharField(max_length=200), default=list)
    done_at = models.DateTimeField(null=True)
    parked_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="outbox_open", condition=models.Q(done_at=None, parked_at=None)),
            models.Index(fields=["done_at"], name="outbox_done", condition=models.Q(done_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.event_id}"


class QueuedTask(models.Model):
    """A task asked for inside a transaction; the row goes when the task has succeeded. Parked after five attempts.

    `attempts` are those that were begun. One process begins each: what names an earlier number is a double and void.
    """

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=200)
    arguments = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField(db_default=Now())
    attempts = models.PositiveSmallIntegerField(default=0)
    parked_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="tasks_open", condition=models.Q(parked_at=None))]

    def __str__(self) -> str:
        return f"{self.name} {self.arguments}"


class IdempotencyRecord(models.Model):
    """The answer that a request with an Idempotency-Key received. One per scope (principal and route) and key."""

    id = models.BigAutoField(primary_key=True)
    scope = models.CharField(max_length=300)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField()
    body = models.BinaryField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="one_answer_per_key")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_age")]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"


class LimitCounter(models.Model):
    """Requests counted against one rate limit in its present window. The table is unlogged: a crash forgets it."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField()
    resets_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["resets_at"], name="limit_age")]

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"


class RulesToken(models.Model):
    """The one row whose token changes with every rule that carts are priced by; see `core.rules`."""

    token = models.UUIDField(default=uuid.uuid4)

    def __str__(self) -> str:
        return str(self.token)
