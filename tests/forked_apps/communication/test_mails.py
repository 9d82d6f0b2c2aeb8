"""Mails about orders, as a mail server receives them."""

import re
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from forked_apps.basket.operations import Wanted
from forked_apps.checkout.operations import Details, place_order
from forked_apps.communication.models import CommunicationEventType, OrderMail
from forked_apps.communication.operations import send_due_mails
from forked_apps.order.models import Order, OrderEvent, ShippingAddress
from forked_apps.order.operations import cancel_order, change_order_status
from forked_apps.payment.expiry import expire_order
from forked_apps.payment.operations import record_manual_payment
from nexus_shop.core.events import redeliver
from nexus_shop.core.models import OutboxEvent
from nexus_shop.core.worker import drain
from tests.factories.http import new_client
from tests.factories.payments import run_out
from tests.factories.shop import ADDRESS, make_country, make_order, make_product, make_user
from tests.peers.smtp import MailServer, mail_server

pytestmark = pytest.mark.django_db


def body_of(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    text: str = part.get_content().replace("\r\n", "\n")
    return text


def link_in(text: str) -> str:
    found = re.search(r"http://127\.0\.0\.1:8000(/api/v1/orders/\w{32}/\?token=[\w.-]+)", text)
    assert found is not None
    return found[1]


def make_due() -> None:
    """As if the pauses of all waiting mails were over."""
    OrderMail.objects.update(due_at=timezone.now() - timedelta(seconds=1))


def test_placed_order_is_mailed_in_both_forms(smtp: MailServer) -> None:
    user = make_user("ann@example.com", first_name="Ann")
    order = make_order(make_product("Mug", price="10.00", sku="MUG-1"), quantity=2, user=user, notes="Ring twice")
    drain()

    (mail,) = smtp.mails
    assert (mail["To"], mail["From"]) == ("ann@example.com", "shop@localhost")
    assert mail["Subject"] == f"Nexus Shop: we have your order {order.number}"
    assert (mail.get_content_type(), mail["Auto-Submitted"]) == ("multipart/alternative", "auto-generated")
    for kind in ("plain", "html"):
        said = body_of(mail, kind)
        for text in (order.number, "Mug", "MUG-1", "£20.00", "£4.95", "£24.95", "1 Main St", "Ring twice"):
            assert text in said
        assert "We tell you how to pay when we have seen the order." in said
    assert "Hello Ann," in body_of(mail, "plain")
    answer = new_client().get(link_in(body_of(mail, "plain")))
    assert (answer.status_code, answer.json()["number"]) == (200, order.number)
    sent = OrderMail.objects.get()
    assert (sent.kind, sent.state, sent.email, sent.attempts) == ("order_placed", "sent", "ann@example.com", 1)
    assert OrderEvent.objects.get(kind="mail_sent").data == {"mail": "order_placed"}


def test_link_leads_to_the_storefront(smtp: MailServer, settings: Settings) -> None:
    settings.STOREFRONT_URL = "https://shop.example.com/"
    order = make_order(make_product())
    drain()
    assert f"https://shop.example.com/orders/{order.handle}?token=" in body_of(smtp.mails[0], "plain")


def test_guest_is_mailed_at_the_address_of_the_order(smtp: MailServer) -> None:
    make_country("US")
    details = Details(user_id=None, email="guest@example.com", shipping_address=ADDRESS)
    place_order([Wanted(make_product().pk, 1)], details=details)
    drain()
    assert [mail["To"] for mail in smtp.mails] == ["guest@example.com"]


def test_each_parcel_is_mailed_with_its_units_and_number(smtp: MailServer) -> None:
    order = make_order(make_product("Mug"), make_product("Cup"), quantity=2)
    mug, cup = order.lines.order_by("pk")
    change_order_status(order.pk, status="processing")
    change_order_status(order.pk, status="shipped", quantities={mug.pk: 1}, note="TRACK-1")
    change_order_status(order.pk, status="shipped", quantities={mug.pk: 1, cup.pk: 2}, note="TRACK-2")
    change_order_status(order.pk, status="delivered")
    drain()

    first, second = [mail for mail in smtp.mails if "on its way" in mail["Subject"]]
    assert "  1 x Mug\n" in body_of(first, "plain")
    assert "Cup" not in body_of(first, "plain")
    assert "TRACK-1" in body_of(first, "html")
    assert "  1 x Mug\n  2 x Cup\n" in body_of(second, "plain")
    assert "TRACK-2" in body_of(second, "plain")
    assert len(smtp.mails) == 3


def test_cancelled_order_is_mailed_once_with_the_reason(smtp: MailServer) -> None:
    order = make_order(make_product())
    record_manual_payment(order.pk, amount=order.total_incl_tax, recorded_by=None)
    cancel_order(order.pk, cancelled_by=order.user_id)
    cancel_order(order.pk, cancelled_by=order.user_id)
    drain()
    (mail,) = [mail for mail in smtp.mails if "cancelled" in mail["Subject"]]
    assert "You have asked us to cancel it." in body_of(mail, "plain")
    assert "What you have paid is paid back." in body_of(mail, "html")


def test_part_that_is_cancelled_is_not_mailed(smtp: MailServer) -> None:
    order = make_order(make_product(), quantity=2)
    change_order_status(order.pk, status="cancelled", quantities={order.lines.get().pk: 1})
    drain()
    assert [mail.kind for mail in OrderMail.objects.all()] == ["order_placed"]


def test_event_that_is_delivered_again_mails_nothing(smtp: MailServer) -> None:
    order = make_order(make_product())
    cancel_order(order.pk, cancelled_by=None)
    drain()
    assert len(smtp.mails) == 2
    for event in OutboxEvent.objects.all():
        assert redeliver(str(event.event_id))
    drain()
    assert len(smtp.mails) == 2
    assert OrderMail.objects.count() == 2


def test_what_customers_write_is_no_markup(smtp: MailServer) -> None:
    order = make_order(make_product("<b>Mug</b> & Co"), notes="<script>alert(1)</script>")
    ShippingAddress.objects.filter(order=order).update(line1='<img src="x">', first_name="{{ link }}")
    drain()
    (mail,) = smtp.mails
    html, text = body_of(mail, "html"), body_of(mail, "plain")
    assert "&lt;b&gt;Mug&lt;/b&gt; &amp; Co" in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "&lt;img src=&quot;x&quot;&gt;" in html
    assert "Hello {{ link }}," in text
    assert "<b>Mug</b> & Co" in text


def test_mail_waits_for_a_server_that_is_away(smtp_port: int, tmp_path: Path) -> None:
    make_order(make_product())
    drain()
    waiting = OrderMail.objects.get()
    assert (waiting.state, waiting.attempts) == ("waiting", 1)
    assert "ConnectionRefusedError" in waiting.last_error
    assert waiting.due_at > timezone.now()
    assert not OutboxEvent.objects.filter(done_at=None).exists()
    assert OrderEvent.objects.count() == 0

    with mail_server(smtp_port, tmp_path) as server:
        drain()
        assert server.mails == []  # not yet
        make_due()
        drain()
        assert len(server.mails) == 1
        make_due()
        drain()
        assert len(server.mails) == 1
    sent = OrderMail.objects.get()
    assert (sent.state, sent.attempts, sent.last_error) == ("sent", 2, "")


def test_server_that_is_away_keeps_the_others_waiting_too(smtp_port: int) -> None:
    make_order(make_product())
    make_order(make_product())
    drain()
    assert sorted(OrderMail.objects.values_list("state", "attempts")) == [("waiting", 0), ("waiting", 1)]


def test_mail_is_given_up_after_three_days(smtp_port: int) -> None:
    make_order(make_product())
    drain()
    OrderMail.objects.update(created_at=timezone.now() - timedelta(days=3, hours=1))
    make_due()
    drain()
    assert OrderMail.objects.get().state == "failed"


def test_address_that_is_refused_is_not_tried_again(smtp: MailServer) -> None:
    make_order(make_product(), user=make_user("nobody@refused.example"))
    drain()
    refused = OrderMail.objects.get()
    assert (refused.state, refused.attempts) == ("failed", 1)
    assert "no such mailbox" in refused.last_error
    assert smtp.mails == []


def test_order_without_an_address_is_not_mailed(smtp: MailServer) -> None:
    order = make_order(make_product())
    Order.objects.filter(pk=order.pk).update(user=None)
    drain()
    assert OrderMail.objects.get().state == "failed"


def test_crash_while_sending_sends_twice_at_most(smtp: MailServer) -> None:
    make_order(make_product())
    drain()
    for expected in (2, 2, 2):  # the process ends between sending and settling, again and again
        OrderMail.objects.exclude(state="failed").update(state="sending")
        make_due()
        send_due_mails()
        assert len(smtp.mails) == expected
    assert OrderMail.objects.get().state == "failed"
    assert len({mail["Message-ID"] for mail in smtp.mails}) == 1


def test_mail_that_somebody_else_is_sending_is_left_alone(smtp: MailServer) -> None:
    make_order(make_product())
    drain()
    OrderMail.objects.update(state="sending", due_at=timezone.now() + timedelta(minutes=5))
    assert send_due_mails() == 0
    assert len(smtp.mails) == 1


def test_old_news_are_not_mailed(smtp: MailServer) -> None:
    order = make_order(make_product())
    Order.objects.filter(pk=order.pk).update(date_placed=timezone.now() - timedelta(days=3))
    drain()
    assert OrderMail.objects.count() == 0


def test_staff_write_the_texts(smtp: MailServer) -> None:
    CommunicationEventType.objects.filter(code="ORDER_PLACED").update(
        email_subject_template="Danke, {{ name }}!\nBcc: all@example.com",
        email_body_template="{{ order.number }}",
        email_body_html_template="<p>{{ name }}</p>",
    )
    order = make_order(make_product())
    ShippingAddress.objects.filter(order=order).update(first_name="<Ann>")
    drain()
    (mail,) = smtp.mails
    assert mail["Bcc"] is None
    assert body_of(mail, "plain").strip() == order.number
    assert body_of(mail, "html").strip() == "<p>&lt;Ann&gt;</p>"


def test_text_of_staff_that_cannot_be_rendered_is_replaced_by_ours(smtp: MailServer) -> None:
    CommunicationEventType.objects.filter(code="ORDER_PLACED").update(email_body_template="{% nonsense %}")
    order = make_order(make_product())
    drain()
    assert f"We have your order {order.number}" in body_of(smtp.mails[0], "plain")


def test_order_that_goes_on_because_its_payment_came_late_is_mailed_once(smtp: MailServer) -> None:
    order = make_order(make_product("Mug", price="10.00"), quantity=2, user=make_user("ann@example.com"))
    run_out(order)
    expire_order(order.pk)
    record_manual_payment(order.pk, amount=order.total_incl_tax, recorded_by=None)
    drain()
    for event in OutboxEvent.objects.filter(name="OrderReopened"):
        assert redeliver(str(event.event_id))
    drain()

    subjects = [str(mail["Subject"]) for mail in smtp.mails]
    assert subjects.count(f"Nexus Shop: your order {order.number} goes on") == 1
    mail = next(each for each in smtp.mails if "goes on" in str(each["Subject"]))
    for kind in ("plain", "html"):
        said = body_of(mail, kind)
        for text in ("We have your payment", order.number, "Mug", "£24.95"):
            assert text in said
