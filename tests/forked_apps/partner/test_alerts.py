"""Thresholds and availability: said once for each crossing; alerts follow what the stock is."""

import pytest
from django.core.mail import EmailMessage
from django.db import transaction

from forked_apps.catalogue.models import Product
from forked_apps.partner.alerts import review_alert
from forked_apps.partner.models import StockAlert, StockRecord
from forked_apps.partner.operations import adjust_stock, allocate_stock, change_terms, release_stock
from nexus_shop.core.events import relay_events
from nexus_shop.core.models import OutboxEvent, QueuedTask
from nexus_shop.core.tasks import run_due_tasks
from tests.factories.shop import make_order, make_product
from tests.factories.staff import make_member

pytestmark = pytest.mark.django_db


def record_of(product: Product) -> StockRecord:
    return StockRecord.objects.get(product=product)


def said() -> list[str]:
    """What was published of levels since the last time, in order."""
    names = ["StockLow", "StockReplenished", "AvailabilityChanged"]
    events = OutboxEvent.objects.filter(name__in=names).order_by("pk")
    found = [
        event.name + (f" {event.payload['is_available']}" if event.name == "AvailabilityChanged" else "")
        for event in events
    ]
    events.delete()
    return found


def test_each_crossing_is_said_once() -> None:
    record = record_of(make_product(stock=5))
    change_terms(record.pk, changes={"low_stock_threshold": 3})
    assert said() == []
    with transaction.atomic():
        allocate_stock({record.pk: 2})
        assert said() == []
        allocate_stock({record.pk: 1})
        assert said() == ["StockLow"]
        allocate_stock({record.pk: 2})
        assert said() == ["AvailabilityChanged False"]
        release_stock({record.pk: 1})
        assert said() == ["AvailabilityChanged True"]
        release_stock({record.pk: 2})
        assert said() == ["StockReplenished"]
    adjust_stock(record.pk, num_in_stock=2, changed_by=None, reason="x")
    assert said() == ["StockLow", "AvailabilityChanged False"]
    change_terms(record.pk, changes={"backorder_limit": 4})
    assert said() == ["AvailabilityChanged True"]
    change_terms(record.pk, changes={"backorder_limit": 4, "low_stock_threshold": None})
    assert said() == ["StockReplenished"]
    adjust_stock(record.pk, num_in_stock=9, changed_by=None, reason="x")
    assert said() == []


def test_alert_is_opened_mailed_and_closed(mailoutbox: list[EmailMessage]) -> None:
    mug = make_product("Mug", stock=5, sku="MUG")
    record = record_of(mug)
    make_member("Staff").save()
    clerk = make_member("Partner staff", partner=record.partner)
    change_terms(record.pk, changes={"low_stock_threshold": 4})
    make_order(mug, quantity=2)
    relay_events()
    review_alert(record.pk)
    (alert,) = StockAlert.objects.all()
    assert (alert.status, alert.threshold) == (StockAlert.OPEN, 4)
    run_due_tasks()
    (mail,) = mailoutbox
    assert (mail.subject, mail.bcc, mail.to) == ("Low stock: Mug (MUG)", [clerk.email], [])
    assert "3 are free" in mail.body

    adjust_stock(record.pk, delta=1, changed_by=None, reason="arrived")
    relay_events()
    review_alert(record.pk)
    (alert,) = StockAlert.objects.all()
    assert alert.status == StockAlert.CLOSED
    assert alert.date_closed is not None
    assert len(mailoutbox) == 1


def test_late_mail_of_a_closed_alert_is_not_sent(mailoutbox: list[EmailMessage]) -> None:
    record = record_of(make_product(stock=1))
    staff = make_member("Staff")
    make_member("customer")
    change_terms(record.pk, changes={"low_stock_threshold": 2})
    relay_events()
    assert QueuedTask.objects.count() == 1
    change_terms(record.pk, changes={"low_stock_threshold": 1})
    relay_events()
    run_due_tasks()
    assert mailoutbox == []
    change_terms(record.pk, changes={"low_stock_threshold": 3})
    relay_events()
    run_due_tasks()
    assert [mail.bcc for mail in mailoutbox] == [[staff.email]]


def test_alert_of_a_record_that_is_gone() -> None:
    review_alert(999_999)
    assert StockAlert.objects.count() == 0
