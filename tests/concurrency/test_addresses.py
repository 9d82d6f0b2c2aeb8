"""One address is the default, and the book is not over-filled, however many write at once."""

import os
from collections import Counter
from functools import partial
from typing import Any

from forked_apps.address.models import UserAddress
from nexus_shop.accounts.models import User
from nexus_shop.api.rest.tokens import log_in
from tests.concurrency.shoppers import drop_constraint
from tests.factories.shop import ADDRESS_JSON, make_user
from tests.servers import Answer, Shop, race

RIVALS = 40 if os.environ.get("NEXUS_SOAK") else 20
PATH = "/api/v1/me/addresses/"
DEFAULT = {"is_default_for_shipping": True, "is_default_for_billing": True}


def login() -> tuple[User, dict[str, str]]:
    """A new account, and the header of its login."""
    user = make_user()
    return user, {"Authorization": f"Bearer {log_in(user)['access']}"}


def add(shop: Shop, bearer: dict[str, str], line1: str, **more: Any) -> Answer:
    return shop.call("POST", PATH, ADDRESS_JSON | {"line1": line1, **more}, **bearer)


def test_one_of_many_new_defaults_stays(shop: Shop) -> None:
    user, bearer = login()

    answers = race([partial(add, shop, bearer, str(number), **DEFAULT) for number in range(RIVALS)])

    assert {answer.status for answer in answers} == {201}
    book = UserAddress.objects.filter(user=user)
    assert book.count() == RIVALS
    assert book.filter(is_default_for_shipping=True).count() == 1
    assert book.filter(is_default_for_billing=True).count() == 1


def test_same_address_many_times_is_one(shop: Shop) -> None:
    user, bearer = login()

    answers = race([partial(add, shop, bearer, "1 Main St")] * RIVALS)

    assert Counter(answer.status for answer in answers) == {201: 1, 409: RIVALS - 1}
    assert UserAddress.objects.filter(user=user).count() == 1


def test_last_place_of_the_book_is_taken_once(shop: Shop) -> None:
    user, bearer = login()
    UserAddress.objects.bulk_create(
        UserAddress(user=user, line1=f"kept {place}", country_id="US", hash=str(place)) for place in range(49)
    )

    answers = race([partial(add, shop, bearer, str(number)) for number in range(RIVALS)])

    assert Counter((answer.status, answer.body.get("code")) for answer in answers) == {
        (201, None): 1,
        (409, "address_limit"): RIVALS - 1,
    }
    assert UserAddress.objects.filter(user=user).count() == 50


def test_control_without_lock_two_defaults_stay(unlocked: Shop) -> None:
    drop_constraint("address_useraddress", "one_default_for_shipping", is_index=True)
    user, bearer = login()

    answers = race([partial(add, unlocked, bearer, str(n), is_default_for_shipping=True) for n in range(2)])

    assert {answer.status for answer in answers} == {201}
    assert UserAddress.objects.filter(user=user, is_default_for_shipping=True).count() == 2
