"""What our migrations leave behind when they are taken back."""

import pytest
from django.core.management import call_command

from forked_apps.search.models import DocumentNote
from forked_apps.search.operations import rebuild_noted
from tests.factories.shop import make_product


@pytest.mark.usefixtures("own_database")
def test_back_to_before_offers_were_named_every_document_is_noted_and_nothing_that_is_not_known() -> None:
    mug = make_product("Mug")
    while rebuild_noted():
        pass
    for kind in ("product_name", "range", "offer_condition", "offer_benefit"):
        DocumentNote.objects.create(kind=kind, ref=1)
    call_command("migrate", "search", "0042_nexus_facts_rebuilt", verbosity=0)
    assert set(DocumentNote.objects.values_list("kind", "ref")) == {("product", mug.pk)}
