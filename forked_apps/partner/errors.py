"""Rules of stock and prices."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from nexus_shop.core.errors import DomainError


@dataclass(frozen=True)
class Shortage:
    """One product of which less is free than was asked for."""

    product_id: int
    sku: str | None
    requested: int
    available: int


@dataclass(frozen=True)
class Shortages:
    """Every shortage of the request at once."""

    shortages: list[Shortage]


class InsufficientStock(DomainError):
    """Less is free than was asked for; nothing was taken."""

    code = "insufficient_stock"
    message = _("There is not enough in stock.")


@dataclass(frozen=True)
class StockFacts:
    """What stands against a stock figure."""

    allocated: int


class StockBelowAllocation(DomainError):
    """The stock figure would fall below what is promised to orders."""

    code = "stock_below_allocation"
    message = _("Orders are waiting for more than that: cancel or ship them first.")


@dataclass(frozen=True)
class StockFigure:
    """The figures of now."""

    num_in_stock: int
    num_allocated: int


class StockChanged(DomainError):
    """The figure is not the one that the caller saw. Nothing was changed."""

    code = "stock_changed"
    message = _("The stock has changed since you looked.")


class StockOutOfRange(DomainError):
    """A stock figure below nothing, or more than can be counted."""

    code = "stock_out_of_range"
    message = _("So many cannot be in stock.")


class StockNotArrived(DomainError):
    """More is to be shipped than lies on the shelf: backorders wait for their goods. Nothing was shipped."""

    code = "stock_not_arrived"
    message = _("There is less on the shelf than is to be shipped: record the delivery of the goods first.")


@dataclass(frozen=True)
class CandidateFacts:
    """Ids of the stock records that may be meant."""

    stock_records: list[int]


class StockRecordAmbiguous(DomainError):
    """Several partners sell the product: the SKU does not say whose stock is meant."""

    code = "stock_record_ambiguous"
    message = _("Several partners sell this: name the stock record.")


@dataclass(frozen=True)
class LimitFacts:
    """How many a client may hold."""

    limit: int


class TooManyReservations(DomainError):
    """The client holds stock in as many open payment sessions as one may."""

    code = "too_many_reservations"
    message = _("You have too many unfinished payments: finish or leave one first.")


class PartnerHasStock(DomainError):
    """The partner still sells something: its stock would vanish under the orders that wait for it."""

    code = "partner_has_stock"
    message = _("The partner still has stock records.")


class PartnerSkuTaken(DomainError):
    """The partner has this SKU for another stock record."""

    code = "partner_sku_taken"
    message = _("This partner has this SKU already.")


class ListPriceTooLow(DomainError):
    """A list price is above the price, or there is none."""

    code = "list_price_too_low"
    message = _("The list price is above the price, or not there.")


@dataclass(frozen=True)
class PromiseFacts:
    """What is promised of a stock record."""

    allocated: int
    reservations: int


class StockStillPromised(DomainError):
    """Orders or payment sessions wait for the stock."""

    code = "stock_still_promised"
    message = _("Orders are waiting for this stock: cancel or ship them first.")


class PartnerStockRequired(DomainError):
    """What partner staff make is sold by a partner of theirs: else it would be nobody's."""

    code = "partner_stock_required"
    message = _("Say at what price your partner sells it.")


class LastStockRecord(DomainError):
    """Partner staff would leave a product that nobody sells: it would be nobody's, and theirs no more to change."""

    code = "last_stock_record"
    message = _("Nobody else sells this product: set its stock to 0, or archive the product, instead.")
