"""The ledger of what options and their choices cost: a row and an event for each change, with who and why."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from forked_apps.catalogue.models import AttributeOption, AttributeOptionGroup, Option, OptionPriceChange
from forked_apps.catalogue.option_prices import OPTION_PRICES_ARE_THEIR_LAST_CHANGES, option_price_changes
from forked_apps.catalogue.options import (
    Choice,
    change_group,
    change_option,
    create_group,
    create_option,
    delete_group,
    delete_option,
    stored_group,
)
from nexus_shop.core.errors import CodeTaken
from nexus_shop.core.models import OutboxEvent
from tests.factories.shop import make_user

pytestmark = pytest.mark.django_db


def ledger(**wanted: Any) -> list[tuple[str, str, str, str, int | None]]:
    """(name, old price, new price, reason, who) of each change, oldest first."""
    return [
        (row.name, str(row.old_price), str(row.new_price), row.reason, row.changed_by_id)
        for row in option_price_changes(wanted).order_by("pk")
    ]


def told() -> list[tuple[Any, ...]]:
    """What the outbox says, in the words of the ledger."""
    events = OutboxEvent.objects.filter(name="OptionPriceChanged").order_by("pk")
    names = ("option_id", "choice_id", "option_group_id", "old_price", "new_price", "currency", "reason", "changed_by")
    return [tuple(event.payload[name] for name in names) for event in events]


def broken() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(OPTION_PRICES_ARE_THEIR_LAST_CHANGES)
        return [row[0] for row in cursor.fetchall()]


def test_price_of_an_option_is_kept_from_the_first_to_the_last() -> None:
    clerk = make_user().pk
    pk = create_option({"name": "Gift note", "type": "text", "price": Decimal("2.50")}, changed_by=clerk)
    change_option(pk, changes={"price": Decimal("3.00"), "reason": "paper"}, changed_by=clerk)
    change_option(pk, changes={"price": Decimal("3.00"), "name": "Note", "reason": "again"}, changed_by=clerk)
    delete_option(pk, changed_by=clerk, reason="closing")
    assert ledger() == [
        ("Gift note", "None", "2.50", "api", clerk),
        ("Gift note", "2.50", "3.00", "paper", clerk),
        ("Note", "3.00", "None", "closing", clerk),
    ]
    assert told() == [
        (pk, None, None, None, "2.50", "GBP", "api", clerk),
        (pk, None, None, "2.50", "3.00", "GBP", "paper", clerk),
        (pk, None, None, "3.00", None, "GBP", "closing", clerk),
    ]


def test_prices_of_choices_are_kept_each_by_itself() -> None:
    clerk = make_user().pk
    group = create_group(
        {
            "name": "Paper",
            "options": (Choice("Plain"), Choice("Gold", price=Decimal(2)), Choice("Red", price=Decimal(1))),
        },
        changed_by=clerk,
    )
    plain, gold, red = (choice.id for choice in stored_group(group).options)
    wanted = (Choice("Plain", price=Decimal(1), id=plain), Choice("Gold", id=gold))
    change_group(group, changes={"options": wanted, "reason": "spring"}, changed_by=clerk)
    delete_group(group, changed_by=clerk, reason="closing")
    rows = [
        ("Paper: Gold", "None", "2.00", "api", clerk),
        ("Paper: Red", "None", "1.00", "api", clerk),
        ("Paper: Red", "1.00", "None", "spring", clerk),
        ("Paper: Plain", "0.00", "1.00", "spring", clerk),
        ("Paper: Plain", "1.00", "None", "closing", clerk),
        ("Paper: Gold", "2.00", "None", "closing", clerk),
    ]
    assert ledger(option_group=group) == rows
    assert ledger(choice=gold) == [rows[0], rows[5]]
    assert [event[1] for event in told()] == [gold, red, red, plain, plain, gold]
    assert {event[2] for event in told()} == {group}
    assert not AttributeOption.objects.exists()


def test_what_costs_nothing_is_not_written_of() -> None:
    group = create_group({"name": "Sizes", "options": (Choice("S"), Choice("M", price=Decimal(0)))})
    pk = create_option({"name": "Engraving", "type": "text"})
    change_option(pk, changes={"name": "Words"})
    delete_option(pk)
    delete_group(group)
    assert (ledger(), told()) == ([], [])


def test_writes_around_the_operations_are_kept_without_a_reason() -> None:
    pk = create_option({"name": "Note", "type": "text", "price": Decimal(1), "reason": "first"})
    group = AttributeOptionGroup.objects.create(name="Paper")
    with transaction.atomic():
        change = {"price": Decimal(2), "reason": "told"}
        Option.objects.filter(pk=pk).update(name="Notes")
        option = Option.objects.get(pk=pk)
        option.price = Decimal(3)
        option.save()
        AttributeOption.objects.bulk_create(AttributeOption(group=group, option=name, price=5) for name in "AB")
        AttributeOption.objects.update(price=6)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM catalogue_attributeoption")
    change_option(pk, changes=change)
    assert ledger(option=pk) == [
        ("Note", "None", "1.00", "first", None),
        ("Notes", "1.00", "3.00", "", None),
        ("Notes", "3.00", "2.00", "told", None),
    ]
    assert [row[1:4] for row in ledger(option_group=group.pk)] == [
        *[("None", "5.00", "")] * 2,
        *[("5.00", "6.00", "")] * 2,
        *[("6.00", "None", "")] * 2,
    ]
    assert broken() == []


def test_refused_change_leaves_no_trace_and_no_reason() -> None:
    pk = create_option({"name": "Note", "type": "text"})
    create_option({"name": "Card", "type": "text", "code": "card"})
    with pytest.raises(CodeTaken):
        change_option(pk, changes={"code": "card", "price": Decimal(9), "reason": "never"})
    assert (ledger(), told(), broken()) == ([], [], [])


def test_ledger_is_never_changed_or_deleted() -> None:
    create_option({"name": "Note", "type": "text", "price": Decimal(1)})
    for write in (OptionPriceChange.objects.all().delete, lambda: OptionPriceChange.objects.update(new_price=2)):
        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
            write()


def test_price_that_is_not_its_last_change_is_found() -> None:
    pk = create_option({"name": "Note", "type": "text", "price": Decimal(1)})
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE catalogue_option SET price = 2")
        cursor.execute("SET session_replication_role = DEFAULT")
    assert broken() == [pk]
