"""The port: registry, breaker, signatures, HTTP."""

import time

import pytest
from django.core.checks import run_checks
from pytest_django import Settings

from forked_apps.payment.gateways.base import Declined, EventRefused, Gateway, Misconfigured, Unavailable
from forked_apps.payment.gateways.breaker import FAILURES, Breaker, guarded
from forked_apps.payment.gateways.http import ask
from forked_apps.payment.gateways.registry import available_methods, configured_methods, gateway_of, method_of
from forked_apps.payment.gateways.signatures import signature, verify
from tests.factories.payments import METHODS
from tests.peers.loopback import Loopback, LoopbackGateway


def test_methods_of_the_settings_are_offered(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOOPBACK_ADDRESS", raising=False)
    settings.PAYMENT_METHODS = METHODS
    assert [method.code for method in available_methods()] == ["manual"]
    assert method_of("loopback") is None
    assert gateway_of("loopback") is not None  # what was begun has to end
    monkeypatch.setenv("LOOPBACK_ADDRESS", "http://127.0.0.1:1")
    assert [method.code for method in available_methods()] == ["manual", "loopback"]
    assert (gateway_of("manual"), gateway_of("gold")) == (None, None)
    assert configured_methods()[0] is configured_methods()[0]


@pytest.mark.parametrize(
    ("names", "count"),
    [
        (["manual"], 0),
        (METHODS, 0),
        ([], 1),
        (["gold"], 1),
        (["tests.peers.nothing.Gateway"], 1),
        (["decimal.Decimal"], 1),
        (["manual", "manual"], 1),
    ],
)
def test_unknown_method_is_refused_at_the_start(names: list[str], count: int, settings: Settings) -> None:
    settings.PAYMENT_METHODS = names
    assert len([check for check in run_checks() if check.id == "nexus.E002"]) == count


def test_loopback_is_a_gateway() -> None:
    assert isinstance(LoopbackGateway(), Gateway)


def fail() -> None:
    raise Unavailable("no_answer", is_certain=False)


def test_breaker_opens_after_five_failures_in_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    breaker = Breaker()
    for _ in range(FAILURES - 1):
        with pytest.raises(Unavailable):
            breaker.run(fail)
    assert breaker.run(lambda: 1) == 1
    for _ in range(FAILURES):
        with pytest.raises(Unavailable, match="no_answer"):
            breaker.run(fail)
    with pytest.raises(Unavailable, match="breaker_open") as refusal:
        breaker.run(lambda: 1)
    assert (refusal.value.is_certain, 1 <= refusal.value.retry_after <= 31) == (True, True)
    later = time.monotonic() + 31
    monkeypatch.setattr(time, "monotonic", lambda: later)
    with pytest.raises(Unavailable, match="no_answer"):
        breaker.run(fail)  # the one that tries
    with pytest.raises(Unavailable, match="breaker_open"):
        breaker.run(lambda: 1)
    monkeypatch.setattr(time, "monotonic", lambda: later + 31)
    assert breaker.run(lambda: 2) == 2
    assert breaker.run(lambda: 3) == 3


def test_decline_is_no_failure_of_the_gateway() -> None:
    breaker = Breaker()

    def decline() -> None:
        raise Declined("no")

    for _ in range(FAILURES + 1):
        with pytest.raises(Declined):
            breaker.run(decline)
    assert breaker.run(lambda: 1) == 1


def test_other_gateways_stay_usable(gateway: Loopback) -> None:
    for _ in range(FAILURES + 1):
        with pytest.raises(Unavailable):
            guarded("broken", fail)
    assert guarded("sound", lambda: 1) == 1


@pytest.mark.parametrize(
    ("behaviour", "error", "is_certain"),
    [
        ("too_many", Unavailable, True),
        ("error", Unavailable, False),
        ("reset", Unavailable, False),
        ("garbage", Unavailable, False),
        ("time_out_before", Unavailable, False),
        ("forbidden", Misconfigured, None),
        ("decline", Declined, None),
    ],
)
def test_answers_become_errors_of_the_port(
    gateway: Loopback, behaviour: str, error: type[Exception], is_certain: bool | None
) -> None:
    body = {"key": "k", "amount": "1.00", "currency": "GBP", "data": {"behaviour": behaviour}}
    with pytest.raises(error) as raised:
        ask("POST", f"{gateway.address}/charges", body=body, read_seconds=0.3)
    assert getattr(raised.value, "is_certain", None) is is_certain


def test_nobody_there_is_certain() -> None:
    with pytest.raises(Unavailable) as raised:
        ask("GET", "http://127.0.0.1:1/charges/k")
    assert raised.value.is_certain


BODY = b'{"id": "evt_1"}'


def test_signature_of_either_secret_counts() -> None:
    now = int(time.time())
    for secret in ("new", "old"):
        verify(f"t={now},v1={signature(secret, now, BODY)}", BODY, secrets=("new", "old"))
    verify(f"t={now},v1={'0' * 64},v1={signature('new', now, BODY)}", BODY, secrets=("new",))
    verify(f"t={now - 299},v1={signature('new', now - 299, BODY)}", BODY, secrets=("new",))


@pytest.mark.parametrize(
    "header",
    [
        *("", "v1=00", "t=1", "t=x,v1=00", "t=²,v1=00", "nonsense", "t={now},v1=", "t={now},v1=é", "t={now},v1={bad}"),
        *("t={old},v1={signed_old}", "t={ahead},v1={signed_ahead}", "t={now},t={now},v1={good}", "t={now},v1={other}"),
    ],
)
def test_forged_signature_is_refused(header: str) -> None:
    now = int(time.time())
    values = {
        "now": now,
        "old": now - 301,
        "ahead": now + 400,
        "bad": "0" * 64,
        "good": signature("new", now, BODY),
        "other": signature("stolen", now, BODY),
        "signed_old": signature("new", now - 301, BODY),
        "signed_ahead": signature("new", now + 400, BODY),
    }
    with pytest.raises(EventRefused):
        verify(header.format(**values), BODY, secrets=("new", "", "old"))


def test_no_secret_verifies_nothing() -> None:
    now = int(time.time())
    with pytest.raises(EventRefused):
        verify(f"t={now},v1={signature('', now, BODY)}", BODY, secrets=("", ""))
