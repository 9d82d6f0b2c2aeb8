"""E-mail, by Django's backend: SMTP, or what EMAIL_BACKEND names."""

import smtplib
from dataclasses import dataclass

from django.core.mail import EmailMultiAlternatives


class MailServerAway(Exception):
    """The server cannot be reached, or does not want to work now. The same mail may go later."""


class Undeliverable(Exception):
    """The server has refused this very mail, and will refuse it again."""


@dataclass(frozen=True, slots=True)
class Message:
    """A mail in both forms. `message_id` stays the same when it is sent again, so that a double can be known as one."""

    sender: str
    recipient: str
    subject: str
    text: str
    html: str
    message_id: str


def send(message: Message) -> None:
    """Hand the mail over. Raises MailServerAway, Undeliverable."""
    mail = EmailMultiAlternatives(
        message.subject,
        message.text,
        message.sender,
        [message.recipient],
        headers={"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(message.html, "text/html")
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as refusal:
        codes = [code for code, _ in refusal.recipients.values()]
        raise (Undeliverable if all(code >= 500 for code in codes) else MailServerAway)(repr(refusal)) from refusal
    except smtplib.SMTPDataError as refusal:
        raise (Undeliverable if refusal.smtp_code >= 500 else MailServerAway)(repr(refusal)) from refusal
    except OSError as problem:  # what smtplib raises is one too
        raise MailServerAway(repr(problem)) from problem
