"""Rules of imports."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from nexus_shop.core.errors import DomainError


@dataclass(frozen=True)
class FileFacts:
    """Why the file cannot be read."""

    reason: str


class FileRefused(DomainError):
    """The file is not one of the format; nothing of it was read."""

    code = "import_file_refused"
    message = _("This file cannot be imported.")


class StructureChanged(DomainError):
    """The shop holds a stand-alone product where the file has variants, or the other way round."""

    code = "import_structure_changed"
    message = _("The shop has this product with another structure (stand-alone, or with variants).")


@dataclass(frozen=True)
class CurrencyFacts:
    """The currency of the price that the shop holds."""

    held: str


class CurrencyChanged(DomainError):
    """The shop holds the price in another currency; a wrong `--currency` would reprice the catalogue."""

    code = "import_currency_changed"
    message = _("The shop holds this price in another currency.")


@dataclass(frozen=True)
class Refusal:
    """One row that a rule stood against: its line, the field to blame, the rule."""

    line: int
    field: str
    error: DomainError


@dataclass(frozen=True)
class Refusals:
    """Every refused row of the product."""

    refusals: list[Refusal]


class VariantsRefused(DomainError):
    """Every variant of a new product was refused, so there is nothing to sell."""

    code = "import_variants_refused"
    message = _("No variant of this product can be imported.")


@dataclass(frozen=True)
class PictureFacts:
    """What is wrong with the picture: not one at all, or too large."""

    reason: str


class PictureRefused(DomainError):
    """What the address answered is no picture that the shop keeps."""

    code = "picture_refused"
    message = _("This is not a picture that the shop can keep.")


class RivalWrites(DomainError):
    """Other writes got in between each time the product was tried."""

    code = "import_rival_writes"
    message = _("Somebody else was writing the same: import the file again.")


class ValueRefused(DomainError):
    """The database refused a value: the net under what the readers check."""

    code = "import_value_refused"
    message = _("A value of this product does not fit the shop's tables.")
