"""The panels of the product form: publication, tags, options, attributes of all types, search engines, the preview."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from forked_apps.catalogue.models import (
    AttributeOption,
    AttributeOptionGroup,
    Category,
    Option,
    Product,
    ProductAttribute,
    ProductRecommendation,
)
from forked_apps.catalogue.page_addresses import NO_ADDRESS
from forked_apps.catalogue.publishing import archive_product, obey_clock, status_of
from forked_apps.dashboard.catalogue.preview import preview_url
from forked_apps.partner.models import StockRecord
from nexus_shop.core.models import OutboxEvent
from tests.factories.shop import make_category, make_product, make_user
from tests.factories.staff import browser_of, make_member, make_partner
from tests.forked_apps.dashboard.catalogue.forms import filled

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def browser() -> Client:
    return browser_of(make_member("Staff"))


@pytest.fixture
def category() -> Category:
    return make_category("Light")


@pytest.fixture
def lamp(category: Category) -> Product:
    return make_product("Lamp", stock=5, sku="LAMP", category_ids=[category.pk])


def url_of(product: Product) -> str:
    return f"/dashboard/catalogue/products/{product.pk}/"


def save(browser: Client, product: Product, **changes: Any) -> Any:
    return browser.post(url_of(product), filled(browser, url_of(product)) | changes)


def shown(product: Product) -> Any:
    return Client().get(f"/api/v1/products/{product.pk}/").json()


def stored(product: Product) -> Product:
    found: Product = Product.objects.get(pk=product.pk)
    return found


def errors_of(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 200
    return {name: list(errors) for name, errors in answer.context["form"].errors.items()}


def add_attribute(product: Product, kind: str, **options: Any) -> ProductAttribute:
    made: ProductAttribute = ProductAttribute.objects.create(
        product_class=product.product_class, name=kind.title(), code=kind, type=kind, **options
    )
    return made


def value_of(product: Product, code: str) -> Any:
    return {each["code"]: each["value"] for each in shown(product)["attributes"]}.get(code)


def test_product_is_scheduled_and_the_clock_publishes_it(browser: Client, lamp: Product) -> None:
    with time_machine.travel(NOW, tick=False):
        answer = save(
            browser, lamp, status="scheduled", publish_from="2026-05-02T08:00", publish_until="2026-05-03T08:00"
        )
        assert answer.status_code == 302
        assert status_of(stored(lamp)) == "scheduled"
        assert Client().get(f"/api/v1/products/{lamp.pk}/").status_code == 404
        assert save(browser, lamp).status_code == 302  # as it is
        assert str(timezone.localtime(stored(lamp).publish_from)) == "2026-05-02 08:00:00+00:00"
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        obey_clock()
        assert status_of(stored(lamp)) == "published"
        page = browser.get(url_of(lamp)).context["form"]
        assert (page["status"].value(), page["publish_from"].value()) == ("published", None)


def test_buttons_save_and_move_the_status(browser: Client, lamp: Product) -> None:
    moves = [("unpublish", "draft"), ("publish", "published"), ("archive", "archived"), ("restore", "draft")]
    for number, (action, status) in enumerate(moves):
        answer = save(browser, lamp, action=action, title=f"Lamp {number}")
        assert (answer.status_code, answer["Location"]) == (302, url_of(lamp))
        assert (status_of(stored(lamp)), stored(lamp).title) == (status, f"Lamp {number}")
    assert list(OutboxEvent.objects.order_by("pk").values_list("name", flat=True)) == [
        *("ProductUnpublished", "ProductPublished", "ProductArchived"),
    ]


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"status": "scheduled"}, "publish_from", "Say when it is to be published."),
        ({"status": "scheduled", "publish_from": "2020-01-01T10:00"}, "publish_from", "That time is over."),
        ({"publish_from": "2999-01-01T10:00"}, "publish_from", "Only what is scheduled waits for a time."),
        ({"publish_until": "2020-01-01T10:00"}, "publish_until", "It would end before it begins."),
        ({"publish_from": "0001-01-01T00:00"}, "publish_from", "Dates go from 1900 to 2999."),
        ({"publish_from": "soon"}, "publish_from", "Enter a valid date/time."),
        ({"status": "archived"}, "status", "Select a valid choice. archived is not one of the available choices."),
        ({"status": "x\0"}, "status", "Select a valid choice. x\0 is not one of the available choices."),
        (
            {"barcode": "4006381333932"},
            "barcode",
            "A barcode has 8, 12, 13 or 14 digits, the last of which checks the others.",
        ),
        ({"canonical_url": "javascript:alert(1)"}, "canonical_url", str(NO_ADDRESS)),
        ({"canonical_url": "http://["}, "canonical_url", str(NO_ADDRESS)),
        ({"og_title": "x" * 256}, "og_title", "Ensure this value has at most 255 characters (it has 256)."),
        ({"tags": "a\0b"}, "tags", "Null characters are not allowed."),
        ({"tags": "x" * 65}, "tags", "A tag has at most 64 characters, all of which can be shown."),
        ({"tags": ",".join(map(str, range(101)))}, "tags", "There may be 100 tags."),
        ({"options": ["999999"]}, "options", "Select a valid choice. 999999 is not one of the available choices."),
    ],
)
def test_what_is_refused_is_said_at_its_field(
    browser: Client, lamp: Product, changes: dict[str, Any], field: str, said: str
) -> None:
    answer = save(browser, lamp, title="Other", **changes)

    assert errors_of(answer)[field] == [said]
    assert (stored(lamp).title, status_of(stored(lamp))) == ("Lamp", "published")
    assert OutboxEvent.objects.count() == 0


def test_taken_barcode_is_said_at_its_field(browser: Client, lamp: Product) -> None:
    Product.objects.filter(pk=make_product("Bowl").pk).update(barcode="4006381333931")

    for barcode in ("4006381333931", "04006381333931"):
        answer = save(browser, lamp, barcode=barcode)
        assert errors_of(answer) == {"barcode": ["Another product has this barcode."]}
    assert stored(lamp).barcode in {None, ""}


def test_archived_product_keeps_its_status_when_it_is_edited(browser: Client, lamp: Product) -> None:
    archive_product(lamp.pk)
    assert save(browser, lamp, title="Old lamp").status_code == 302
    assert (status_of(stored(lamp)), stored(lamp).title) == ("archived", "Old lamp")

    answer = save(browser, lamp, status="published")

    assert "restore it from the archive first" in errors_of(answer)["status"][0]
    assert status_of(stored(lamp)) == "archived"


def test_tags_options_barcode_and_texts_for_search_engines(browser: Client, lamp: Product) -> None:
    option = Option.objects.create(name="Engraving", code="engraving", type="text")
    texts = {"meta_title": "Best lamp", "og_title": "Look", "og_description": "A lamp.", "canonical_url": "/lamps/1"}

    answer = save(
        browser, lamp, tags="summer,  new   in ,Summer", options=[option.pk], barcode="4006381333931", **texts
    )

    assert answer.status_code == 302
    now = shown(lamp)
    assert [tag["name"] for tag in now["tags"]] == ["Summer", "new in"]
    assert [each["code"] for each in now["options"]] == ["engraving"]
    assert (now["barcode"], now["seo"]["title"]) == ("4006381333931", "Best lamp")
    assert now["seo"]["canonical"] == f"{settings.STOREFRONT_URL}/lamps/1"
    assert now["seo"]["open_graph"]["title"] == "Look"
    assert save(browser, lamp).status_code == 302  # as it is
    assert [tag["name"] for tag in shown(lamp)["tags"]] == ["Summer", "new in"]
    save(browser, lamp, tags="", options=[])
    assert (shown(lamp)["tags"], shown(lamp)["options"]) == ([], [])


PLAIN = [
    ("text", "Brass", "Brass"),
    ("richtext", "<b>Brass</b><script>x()</script>", "<b>Brass</b>"),
    ("integer", "7", 7),
    ("float", "1.5", 1.5),
    ("boolean", "on", True),
    ("date", "2026-05-01", "2026-05-01"),
]


@pytest.mark.parametrize(("kind", "typed", "value"), PLAIN)
def test_attributes_are_written_kept_and_taken_away(
    browser: Client, lamp: Product, kind: str, typed: str, value: Any
) -> None:
    add_attribute(lamp, kind)

    assert save(browser, lamp, **{f"attr_{kind}": typed}).status_code == 302
    assert value_of(lamp, kind) == value
    assert save(browser, lamp).status_code == 302  # as it is
    assert value_of(lamp, kind) == value
    assert save(browser, lamp, **{f"attr_{kind}": ""}).status_code == 302
    assert value_of(lamp, kind) in {None, False}


def test_moments_choices_and_entities(browser: Client, lamp: Product, category: Category) -> None:
    group = AttributeOptionGroup.objects.create(name="Colours")
    red, blue = (AttributeOption.objects.create(group=group, option=name) for name in ("Red", "Blue"))
    for kind in ("option", "multi_option"):
        add_attribute(lamp, kind, option_group=group)
    add_attribute(lamp, "datetime")
    add_attribute(lamp, "entity")
    values = {
        "attr_option": red.pk,
        "attr_multi_option": [red.pk, blue.pk],
        "attr_datetime": "2026-05-01T10:30",
        "attr_entity": f"category {category.pk}",
    }

    assert save(browser, lamp, **values).status_code == 302
    assert (value_of(lamp, "option"), value_of(lamp, "multi_option")) == ("Red", ["Red", "Blue"])
    assert value_of(lamp, "datetime").startswith("2026-05-01T10:30")
    assert filled(browser, url_of(lamp))["attr_entity"] == f"category {category.pk}"
    for wrong in ("category 999999", "user 1", "1", "product 1; --", f"product {'9' * 20}"):
        assert "attr_entity" in errors_of(save(browser, lamp, attr_entity=wrong))
    assert errors_of(save(browser, lamp, attr_option="999999"))["attr_option"]
    assert filled(browser, url_of(lamp))["attr_entity"] == f"category {category.pk}"


def test_uploads_of_attributes_are_made_harmless(browser: Client, lamp: Product) -> None:
    add_attribute(lamp, "file")
    add_attribute(lamp, "image")
    data = BytesIO()
    Image.new("RGB", (20, 10)).save(data, "PNG")
    pdf = SimpleUploadedFile("Manual.pdf", b"%PDF-1.7 x", "application/pdf")
    picture = SimpleUploadedFile("a.png", data.getvalue(), "image/png")

    assert save(browser, lamp, attr_file=pdf, attr_image=picture).status_code == 302
    assert value_of(lamp, "file").endswith(".pdf")
    assert value_of(lamp, "image").endswith(".png")
    assert save(browser, lamp).status_code == 302  # as it is
    assert value_of(lamp, "file").endswith(".pdf")
    evil = SimpleUploadedFile("x.pdf", b"\x00<script>alert(1)</script>", "application/pdf")
    assert errors_of(save(browser, lamp, attr_file=evil)) == {"attr_file": ["Files of this kind are not taken."]}
    assert save(browser, lamp, **{"attr_file-clear": "on"}).status_code == 302
    assert value_of(lamp, "file") is None


def test_required_attribute_is_asked_for(browser: Client, lamp: Product) -> None:
    add_attribute(lamp, "text", required=True)

    assert errors_of(save(browser, lamp)) == {"attr_text": ["This field is required."]}


def test_recommendations_have_kinds_and_stand_once(browser: Client, lamp: Product) -> None:
    bowl = make_product("Bowl")
    rows = {
        "primary_recommendations-0-recommendation": bowl.pk,
        "primary_recommendations-0-kind": "cross_sell",
        "primary_recommendations-0-ranking": "3",
    }
    again = {name.replace("-0-", "-1-"): value for name, value in rows.items()}

    refused = save(browser, lamp, **rows, **again)
    assert refused.context["recommended_formset"].non_form_errors()
    assert ProductRecommendation.objects.count() == 0
    assert save(browser, lamp, **rows, **again | {"primary_recommendations-1-kind": "up_sell"}).status_code == 302
    kinds = ProductRecommendation.objects.order_by("pk").values_list("kind", "recommendation_id")
    assert list(kinds) == [("cross_sell", bowl.pk), ("up_sell", bowl.pk)]


def test_script_in_every_text_is_refused_as_the_api_does(browser: Client, lamp: Product) -> None:
    evil = '"><script>alert(1)</script>'
    add_attribute(lamp, "text")
    names = ("title", "upc", "brand", "tags", "meta_title", "meta_description", "og_title", "og_description")

    errors = errors_of(save(browser, lamp, **dict.fromkeys(names, evil)))

    assert errors == {name: ["This text may have no markup."] for name in names}
    assert errors_of(save(browser, lamp, attr_text=evil)) == {"attr_text": ["This text may have no markup."]}
    unseen = errors_of(save(browser, lamp, title="Bell\a", meta_description="a\nb"))
    assert unseen == {"title": ["This text has characters that cannot be shown."]}
    refused = save(browser, lamp, **{"stockrecords-0-partner_sku": evil})
    assert refused.context["stockrecord_formset"].errors == [{"partner_sku": ["This text may have no markup."]}, {}]
    assert stored(lamp).title == "Lamp"


def test_script_that_is_stored_is_shown_as_text_and_hinders_nobody(browser: Client, lamp: Product) -> None:
    Product.objects.filter(pk=lamp.pk).update(title='"><script>alert(1)</script>')
    ProductAttribute.objects.filter(pk=add_attribute(lamp, "text").pk).update(name="<script>alert(1)</script>")

    assert save(browser, lamp, upc="LAMP-2").status_code == 302

    assert stored(lamp).upc == "LAMP-2"
    for page in (url_of(lamp), preview_url(lamp.pk), "/dashboard/catalogue/", "/dashboard/catalogue/prices/"):
        assert "<script>alert(1)" not in browser.get(page).content.decode()


def test_preview_shows_a_draft_to_staff_alone(browser: Client, lamp: Product) -> None:
    save(browser, lamp, action="unpublish", description="<p>Round.</p>")
    page = browser.get(url_of(lamp)).context["preview_url"]

    answer = browser.get(page)

    assert answer.status_code == 200
    assert "<p>Round.</p>" in answer.content.decode()
    assert answer.context["document"]["title"] == "Lamp"
    assert answer["Cache-Control"] == "private, no-store"
    assert Client().get(page)["Location"].startswith("/dashboard/login/")
    assert browser_of(make_user()).get(page).status_code in {302, 403}
    assert browser_of(make_user(is_staff=True)).get(page).status_code == 403
    assert Client().get(f"/api/v1/products/{lamp.pk}/").status_code == 404


def test_preview_link_ends_after_a_day_and_cannot_be_forged(browser: Client, lamp: Product) -> None:
    with time_machine.travel(NOW, tick=False):
        page = preview_url(lamp.pk)
    with time_machine.travel(NOW + timedelta(hours=23), tick=False):
        fresh = browser_of(make_member("Staff"))
        assert fresh.get(page).status_code == 200
        assert fresh.get(page[:-3] + "x/").status_code == 404
        assert fresh.get(preview_url(999_999)).status_code == 404
    with time_machine.travel(NOW + timedelta(hours=25), tick=False):
        assert browser_of(make_member("Staff")).get(page).status_code == 410


def test_preview_of_what_others_sell_is_not_for_partner_staff(lamp: Product) -> None:
    partner = make_partner("Northern workshop")
    own = make_product("Own")
    StockRecord.objects.filter(product=own).update(partner=partner)
    member = browser_of(make_member("Partner staff", partner=partner))

    assert member.get(preview_url(own.pk)).status_code == 200
    assert member.get(preview_url(lamp.pk)).status_code == 404
