"""Staff write the texts of mails."""

from typing import Any

import pytest
from django.core import mail
from django.test import Client

from forked_apps.communication.models import CommunicationEventType
from nexus_shop.core.worker import drain
from tests.factories.shop import make_order, make_product
from tests.factories.staff import browser_of, make_member

pytestmark = pytest.mark.django_db

PATH = "/dashboard/comms/ORDER_PLACED/"


@pytest.fixture
def browser() -> Client:
    return browser_of(make_member("Staff"))


def fields_of(browser: Client) -> dict[str, Any]:
    """What the form shows, as a browser would send it back."""
    form = browser.get(PATH).context["form"]
    return {name: form[name].value() or "" for name in form.fields}


def test_form_begins_with_the_text_that_is_sent(browser: Client) -> None:
    fields = fields_of(browser)
    assert "we have your order {{ number }}" in fields["email_subject_template"]
    assert "{{ payment.instructions }}" in fields["email_body_html_template"]
    order = make_order(make_product("Mug"))
    drain()
    before = mail.outbox.pop()
    assert browser.post(PATH, fields).status_code == 302
    assert CommunicationEventType.objects.get(code="ORDER_PLACED").email_body_template
    make_order(make_product("Mug"), user=order.user)
    drain()
    assert mail.outbox[0].subject.partition("order ")[0] == before.subject.partition("order ")[0]
    assert len(str(mail.outbox[0].body).splitlines()) == len(str(before.body).splitlines())


def test_preview_shows_an_order_as_it_would_be_mailed(browser: Client) -> None:
    order = make_order(make_product("Mug"))
    fields = fields_of(browser) | {"preview_order_number": order.number, "show_preview": "1"}
    preview = browser.post(PATH, fields).context["preview"]
    assert order.number in preview["subject"]
    assert "Mug" in preview["html"]
    sent = browser.post(PATH, fields | {"send_preview": "1", "preview_email": "clerk@example.com"})
    assert sent.status_code == 200
    (message,) = mail.outbox
    assert (message.to, order.number in str(message.body)) == (["clerk@example.com"], True)


def test_broken_text_is_refused(browser: Client) -> None:
    answer = browser.post(PATH, fields_of(browser) | {"email_body_template": "{% nonsense %}"})
    assert "email_body_template" in answer.context["form"].errors
    assert CommunicationEventType.objects.get(code="ORDER_PLACED").email_body_template is None
