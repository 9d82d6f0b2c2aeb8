"""What every gateway of the port has to do, held against the stand-in of each. Add a gateway: add its stage."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import pytest

from forked_apps.payment.gateways.base import (
    ChargeRequest,
    Declined,
    EventMalformed,
    EventRefused,
    Gateway,
    RefundRequest,
    Unavailable,
)
from tests.peers import loopback


@dataclass
class Stage:
    """A gateway, what tells its stand-in how to behave, and what its stand-in would send as a webhook."""

    gateway: Gateway
    data: Callable[[str], dict[str, Any]]
    event: Callable[[str], tuple[dict[str, str], bytes]]
    taken: Callable[[str], int]


@contextmanager
def loopback_stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with loopback.running() as books:
        monkeypatch.setenv("LOOPBACK_ADDRESS", books.address)
        monkeypatch.setenv("LOOPBACK_READ_SECONDS", "0.3")

        def event(key: str) -> tuple[dict[str, str], bytes]:
            body = books.event(key)
            return loopback.signed(body), body

        yield Stage(
            loopback.LoopbackGateway(), lambda behaviour: {"behaviour": behaviour}, event, lambda key: books.taken[key]
        )


STAGES: Final[dict[str, Callable[[pytest.MonkeyPatch], AbstractContextManager[Stage]]]] = {"loopback": loopback_stage}


@pytest.fixture(params=sorted(STAGES))
def stage(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with STAGES[request.param](monkeypatch) as made:
        yield made


def charge_of(stage: Stage, key: str = "key-1", behaviour: str = "approve") -> ChargeRequest:
    return ChargeRequest(key, Decimal("12.50"), "GBP", "N-1", "ann@example.com", stage.data(behaviour))


def test_it_says_what_it_is(stage: Stage) -> None:
    gateway = stage.gateway
    assert isinstance(gateway, Gateway)
    assert gateway.is_available() and gateway.code and str(gateway.name)
    assert gateway.time_to_pay().total_seconds() > 0
    assert gateway.next_action().type == "pay"


def test_charge_is_made_once_for_a_key(stage: Stage) -> None:
    first = stage.gateway.charge(charge_of(stage))
    assert (first.status, first.amount, first.currency) == ("captured", Decimal("12.50"), "GBP")
    assert first.reference
    assert stage.gateway.charge(charge_of(stage)) == first == stage.gateway.look_up("key-1")
    assert stage.taken("key-1") == 1


def test_nothing_is_known_of_a_key_that_never_came(stage: Stage) -> None:
    assert stage.gateway.look_up("never") is None


def test_decline_takes_nothing(stage: Stage) -> None:
    for _ in range(2):
        with pytest.raises(Declined):
            stage.gateway.charge(charge_of(stage, behaviour="decline"))
    assert stage.taken("key-1") == 0
    found = stage.gateway.look_up("key-1")
    assert found is not None and found.status == "declined"


@pytest.mark.parametrize("behaviour", ["time_out_before", "error", "reset", "garbage"])
def test_lost_call_is_uncertain(stage: Stage, behaviour: str) -> None:
    with pytest.raises(Unavailable) as raised:
        stage.gateway.charge(charge_of(stage, behaviour=behaviour))
    assert not raised.value.is_certain
    assert stage.gateway.look_up("key-1") is None


@pytest.mark.parametrize("behaviour", ["time_out_after", "error_after", "reset_after", "garbage_after"])
def test_lost_answer_is_looked_up(stage: Stage, behaviour: str) -> None:
    with pytest.raises(Unavailable):
        stage.gateway.charge(charge_of(stage, behaviour=behaviour))
    found = stage.gateway.look_up("key-1")
    assert found is not None and found.status == "captured"
    assert stage.gateway.charge(charge_of(stage)).status == "captured"
    assert stage.taken("key-1") == 1


def test_authorised_is_captured_once(stage: Stage) -> None:
    assert stage.gateway.charge(charge_of(stage, behaviour="authorise")).status == "authorised"
    assert stage.taken("key-1") == 0
    assert [stage.gateway.capture("key-1").status for _ in range(2)] == ["captured", "captured"]
    assert stage.taken("key-1") == 1


@pytest.mark.parametrize("behaviour", ["authorise", "action", "approve"])
def test_voided_stays_voided(stage: Stage, behaviour: str) -> None:
    stage.gateway.charge(charge_of(stage, behaviour=behaviour))
    assert [stage.gateway.void("key-1").status for _ in range(2)] == ["voided", "voided"]
    assert stage.gateway.charge(charge_of(stage)).status == "voided"


def test_key_that_was_voided_before_it_came_charges_nothing(stage: Stage) -> None:
    assert stage.gateway.void("key-1").status == "voided"
    assert stage.gateway.charge(charge_of(stage)).status == "voided"
    assert stage.taken("key-1") == 0


def test_shopper_has_to_act(stage: Stage) -> None:
    result = stage.gateway.charge(charge_of(stage, behaviour="action"))
    assert result.status == "requires_action"
    assert result.next_action is not None and result.next_action.type in {"redirect", "confirm"}


def test_refund_is_made_once_for_a_key_and_never_exceeds_the_charge(stage: Stage) -> None:
    charge = stage.gateway.charge(charge_of(stage))
    first = RefundRequest("refund-1", "key-1", charge.reference, Decimal("10.00"), "GBP")
    results = [stage.gateway.refund(first) for _ in range(2)]
    assert [(result.status, result.amount) for result in results] == [("refunded", Decimal("10.00"))] * 2
    with pytest.raises(Declined):
        stage.gateway.refund(RefundRequest("refund-2", "key-1", charge.reference, Decimal("2.51"), "GBP"))


def test_signed_event_is_read(stage: Stage) -> None:
    stage.gateway.charge(charge_of(stage))
    event = stage.gateway.read_event(*stage.event("key-1"))
    assert event.id and event.key == "key-1"
    assert event.result is not None and (event.result.status, event.result.amount) == ("captured", Decimal("12.50"))


def test_event_that_was_tampered_with_is_refused(stage: Stage) -> None:
    stage.gateway.charge(charge_of(stage))
    headers, body = stage.event("key-1")
    for forged in ((headers, body + b" "), ({}, body), (dict.fromkeys(headers, "t=1,v1=00"), body)):
        with pytest.raises(EventRefused):
            stage.gateway.read_event(*forged)


def test_event_that_says_nothing_is_malformed() -> None:
    for body in (b"", b"[]", b"{}", b'{"id": "e", "type": "charge", "account": "shop-1", "charge": {}}', b"\xff"):
        with pytest.raises(EventMalformed):
            loopback.LoopbackGateway().read_event(loopback.signed(body), body)
