"""What the page of an order says to staff."""

from typing import Any

from django.contrib.messages import get_messages

NOT_DONE = "Nothing was done: see what is said below."
FORMS = ("line_form", "order_form", "payment_form", "refund_form")


def said_by(answer: Any) -> list[str]:
    """The messages of an action that was done, or the errors of the form that is shown again."""
    told = [str(message) for message in get_messages(answer.wsgi_request)]
    if answer.status_code == 302:
        return told
    assert (answer.status_code, told) == (200, [NOT_DONE])
    forms = [answer.context[name] for name in FORMS if name in answer.context]
    return [str(error) for form in forms for errors in form.errors.values() for error in errors]
