"""C10 in part: one address registered many times at once; and limits that processes without Redis count together."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from django.db import connection

from forked_apps.basket.models import Basket
from nexus_shop.accounts.models import User
from tests.concurrency.conftest import UNLOCKED
from tests.factories.shop import make_user
from tests.servers import Shop, race, serving

SPELLINGS = ("ann@example.com", "Ann@example.com", "ANN@EXAMPLE.COM", " ann@Example.com ")


@pytest.fixture
def strict(own_database: str) -> Iterator[Shop]:
    """Two processes with the limits as they are by default."""
    with serving(own_database, workers=2, environment={"RATE_LIMIT_SCALE": "1"}) as running:
        yield running


def register_at_once(shop: Shop) -> Counter[tuple[int, str]]:
    """The same person twelve times, written in several ways: how often each status and code."""
    bodies = [{"email": email, "password": "a-long-password-7"} for email in SPELLINGS * 3]
    answers = race([partial(shop.call, "POST", "/api/v1/auth/register/", body) for body in bodies])
    return Counter((answer.status, answer.body.get("code", "")) for answer in answers)


def test_one_address_makes_one_account(shop: Shop) -> None:
    assert register_at_once(shop) == {(201, ""): 1, (409, "email_taken"): 11}
    assert User.objects.filter(email__iexact="ann@example.com").count() == 1


def test_control_without_the_index_one_address_makes_many_accounts(shop: Shop) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_account_per_email")
    assert register_at_once(shop)[201, ""] > 1


def test_logins_are_counted_by_all_processes_together(strict: Shop) -> None:
    make_user("ann@example.com")
    guess = partial(strict.call, "POST", "/api/v1/auth/login/", {"email": "ann@example.com", "password": "wrong"})

    answers = race([guess] * 25)

    assert Counter(answer.status for answer in answers) == {401: 5, 429: 20}
    assert all(0 < int(answer.headers["Retry-After"]) <= 60 for answer in answers if answer.status == 429)


def test_writes_are_counted_by_all_processes_together(strict: Shop) -> None:
    answers = race([partial(strict.call, "POST", "/api/v1/cart/")] * 80)

    assert Counter(answer.status for answer in answers) == {201: 60, 429: 20}
    assert Basket.objects.count() == 60


def test_control_counting_in_two_steps_lets_more_through(own_database: str, tmp_path: Path) -> None:
    strict = {"RATE_LIMIT_SCALE": "1", "RATE_LIMIT_NEW_CART": "1/hour", "NEXUS_MEETING_FOLDER": str(tmp_path)}
    with serving(own_database, application=UNLOCKED, environment=strict) as unlocked:
        answers = race([partial(unlocked.call, "POST", "/api/v1/cart/")] * 8)

    assert Counter(answer.status for answer in answers)[201] > 1
