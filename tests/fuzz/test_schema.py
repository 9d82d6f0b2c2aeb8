"""The served API against its committed OpenAPI file, as each of those who may call."""

import zlib
from itertools import count

from hypothesis import HealthCheck, settings

from tests.fuzz.access import is_let_in, wants_login
from tests.fuzz.conftest import Target
from tests.fuzz.schema import IS_SOAK, KNOWN, Case, errors_are_problems, load
from tests.fuzz.stage import snapshot

SCHEMA = load()
#: Of what is for the identity, of what others try as well, and of what is refused unread, one in so many goes out.
HALF = 1 if IS_SOAK else 2
THIRD = 1 if IS_SOAK else 6
SHARE = 1 if IS_SOAK else 12
numbers = count()
# Once for an operation is what the fixture is meant for: its requests meet what those before have left.
one_stage = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def send(case: Case, target: Target, role: str) -> None:
    key = case.headers.get("Idempotency-Key")
    if key is not None and is_drawn(key):
        case.headers["Idempotency-Key"] = f"{key}-{next(numbers)}"
    case.call_and_validate(
        base_url=target.address,
        session=target.session,
        headers=target.headers[role],
        additional_checks=[errors_are_problems],
    )


def send_in_vain(case: Case, target: Target, role: str) -> None:
    """A request that may not change anything."""
    before = snapshot(target.database)
    send(case, target, role)
    assert snapshot(target.database) == before


def is_drawn(key: str) -> bool:
    """Whether a key is fit, and none of the known ones, which are there to come twice."""
    return key not in KNOWN["idempotency_keys"] and len(key) < 200 and key.isascii() and key.isprintable()


def is_chosen(case: Case, share: int) -> bool:
    """One case in so many, always the same ones."""
    return zlib.crc32(repr(case).encode("utf-8", "backslashreplace")) % share == 0


@SCHEMA.parametrize()
@one_stage
def test_api_of_guests(case: Case, target: Target) -> None:
    if not wants_login(case.method, case.path):
        if is_chosen(case, HALF):
            send(case, target, "anonymous")
    elif is_chosen(case, SHARE):
        send_in_vain(case, target, "anonymous")


@SCHEMA.parametrize()
@one_stage
def test_api_of_customers(case: Case, target: Target) -> None:
    if not is_let_in(case.method, case.path, "customer"):
        share = SHARE
    else:
        share = HALF if wants_login(case.method, case.path) else SHARE if case.method == "GET" else THIRD
    if is_chosen(case, share):
        send(case, target, "customer")


@SCHEMA.parametrize()
@one_stage
def test_api_of_staff(case: Case, target: Target) -> None:
    if is_chosen(case, SHARE if is_let_in(case.method, case.path, "customer") else HALF):
        send(case, target, "staff")


@SCHEMA.parametrize()
@one_stage
def test_api_of_partner_staff(case: Case, target: Target) -> None:
    """What they share with customers is tried as a customer."""
    if is_let_in(case.method, case.path, "customer"):
        return
    if not is_let_in(case.method, case.path, "partner"):
        if is_chosen(case, SHARE):
            send_in_vain(case, target, "partner")
    elif is_chosen(case, THIRD):
        send(case, target, "partner")
