"""deploy/take_over_oscar.sql, run on a database whose account tables bear the names that plain Oscar gives them."""

import pytest
from django.core.management import call_command
from django.db import connection

from tests.deploy.dockerfile import ROOT

RENAMED_BACK = """
    ALTER TABLE accounts_user RENAME TO auth_user;
    ALTER TABLE accounts_user_groups RENAME TO auth_user_groups;
    ALTER TABLE accounts_user_user_permissions RENAME TO auth_user_user_permissions;
    DROP INDEX one_account_per_email, one_account_per_username;
    DROP TABLE accounts_tokenfamily;
    UPDATE django_content_type SET app_label = 'auth' WHERE app_label = 'accounts' AND model = 'user';
    DELETE FROM django_migrations WHERE app = 'accounts';
    INSERT INTO auth_user (id, username, email, password, is_superuser, first_name, last_name, is_staff, is_active,
                           date_joined)
    SELECT id, username, email, 'kept', false, '', '', false, true, now()
    FROM (VALUES (901, 'ann', 'ann@example.com'), (902, 'Ann', 'ANN@example.com'), (903, 'ben', ''), (904, 'cat', ''))
         AS people (id, username, email);
"""
COLUMNS = """
    SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
    WHERE table_name LIKE 'accounts_%' ORDER BY 1, 2
"""
FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE contype = 'f' AND (confrelid = 'accounts_user'::regclass OR conrelid::regclass::text LIKE 'accounts_%')
    ORDER BY 1, 2
"""
UNIQUE_INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes WHERE indexname LIKE 'one_account_per_%' ORDER BY 1
"""


@pytest.mark.usefixtures("own_database")
def test_accounts_of_an_oscar_shop_become_ours() -> None:
    with connection.cursor() as cursor:
        before = [_rows(query) for query in (COLUMNS, FOREIGN_KEYS, UNIQUE_INDEXES)]
        cursor.execute(RENAMED_BACK)
        cursor.execute((ROOT / "deploy" / "take_over_oscar.sql").read_text())
    assert [_rows(query) for query in (COLUMNS, FOREIGN_KEYS, UNIQUE_INDEXES)] == before
    assert _rows("SELECT id, username, email, password, is_active FROM accounts_user WHERE id > 900 ORDER BY id") == [
        (901, "ann", "ann@example.com", "kept", True),
        (902, "Ann-902", "account-902@duplicate.invalid", "kept", False),
        (903, "ben", "account-903@no-address.invalid", "kept", True),
        (904, "cat", "account-904@no-address.invalid", "kept", True),
    ]
    call_command("migrate", check_unapplied=True, verbosity=0)


def _rows(query: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        rows: list[tuple[object, ...]] = cursor.fetchall()
    return rows
