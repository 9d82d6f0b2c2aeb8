"""Oscar's shipping methods that live in the database."""

from oscar.apps.shipping.abstract_models import AbstractOrderAndItemCharges, AbstractWeightBand, AbstractWeightBased


class OrderAndItemCharges(AbstractOrderAndItemCharges):
    """Oscar's order and item charges."""


class WeightBased(AbstractWeightBased):
    """Oscar's weight based."""


class WeightBand(AbstractWeightBand):
    """Oscar's weight band."""


from oscar.apps.shipping.models import *  # noqa: E402, F403 - Oscar's own, after ours are registered
