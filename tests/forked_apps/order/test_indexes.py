"""What is asked at each checkout and each minute is answered by an index that given up orders are not in."""

from typing import Any

import pytest
from django.db import connection

from forked_apps.checkout.unpaid import UNPAID
from forked_apps.payment.expiry import DUE

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("statement", "values", "index"),
    [
        (f"SELECT count FROM {UNPAID} unpaid", {"client": "somebody"}, "unpaid_orders_of_client"),
        (DUE, [100], "orders_to_be_paid"),
    ],
)
def test_unpaid_orders_are_found_by_their_index(statement: str, values: Any, index: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}", values)
        plan = "\n".join(line for (line,) in cursor.fetchall())
        cursor.execute("SELECT pg_get_expr(indpred, indrelid) FROM pg_index WHERE indexrelid = %s::regclass", [index])
        (condition,) = cursor.fetchone()

    assert index in plan
    assert "status" in condition.replace("payment_status", "")
