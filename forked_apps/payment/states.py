"""Where an attempt to move money stands, and what may follow. Pure: one table for charges, one for refunds.

Answers of the gateway, its webhooks, the browser's return and the periodic look-up come in any order and more than
once; what the table does not allow is old news. That money was taken is a fact in every state.
"""

from typing import Final

STARTED: Final = "started"  # written; the gateway may not have been asked yet
REQUIRES_ACTION: Final = "requires_action"  # the shopper is at the gateway; of a refund: staff have to pay it out
AUTHORISED: Final = "authorised"
CAPTURED: Final = "captured"
REFUNDED: Final = "refunded"
DECLINED: Final = "declined"
FAILED: Final = "failed"  # surely nothing was taken
VOIDED: Final = "voided"  # let go; of a refund by hand: the order is wanted again
UNKNOWN: Final = "unknown"  # asked, and no answer came: it may have been taken

STATUSES: Final = (*(STARTED, REQUIRES_ACTION, AUTHORISED, CAPTURED, REFUNDED, DECLINED, FAILED, VOIDED, UNKNOWN),)
LIVE: Final = (STARTED, REQUIRES_ACTION, AUTHORISED, UNKNOWN)

CHARGES: Final[dict[str, tuple[str, ...]]] = {
    STARTED: (REQUIRES_ACTION, AUTHORISED, CAPTURED, DECLINED, FAILED, VOIDED, UNKNOWN),
    UNKNOWN: (REQUIRES_ACTION, AUTHORISED, CAPTURED, DECLINED, FAILED, VOIDED),
    REQUIRES_ACTION: (AUTHORISED, CAPTURED, DECLINED, FAILED, VOIDED),
    AUTHORISED: (CAPTURED, VOIDED),
    DECLINED: (CAPTURED,),
    FAILED: (CAPTURED,),
    VOIDED: (CAPTURED,),
    CAPTURED: (),
    REFUNDED: (),
}
REFUNDS: Final[dict[str, tuple[str, ...]]] = {
    STARTED: (REFUNDED, FAILED, UNKNOWN),
    UNKNOWN: (REFUNDED, FAILED),
    REQUIRES_ACTION: (REFUNDED, VOIDED),
    FAILED: (REFUNDED,),
    REFUNDED: (),
    VOIDED: (),
}


def may_become(kind: str, now: str, then: str) -> bool:
    """Whether an attempt of the kind (`charge` or `refund`) moves from one status to the other."""
    return then in (CHARGES if kind == "charge" else REFUNDS).get(now, ())
