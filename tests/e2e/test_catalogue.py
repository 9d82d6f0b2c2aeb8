"""A merchant makes a product with variants, schedules it, edits prices in bulk, moves a category by keys and mouse."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from forked_apps.catalogue.models import (
    AttributeOption,
    AttributeOptionGroup,
    Category,
    Product,
    ProductAttribute,
    ProductClass,
)
from forked_apps.catalogue.publishing import status_of
from forked_apps.partner.models import StockRecord
from forked_apps.partner.products import default_partner
from tests.factories.shop import make_category, make_product
from tests.factories.staff import make_member
from tests.servers import Shop


@pytest.fixture
def jumper_id(own_database: str) -> int:
    """A clerk, two categories, and a product whose type has sizes and colours."""
    clerk = make_member("Staff")
    clerk.username = "clerk"
    clerk.save()
    kind = ProductClass.objects.create(name="Shirts")
    for code, names in (("size", ["S", "M"]), ("colour", ["Red", "Blue"])):
        group = AttributeOptionGroup.objects.create(name=code)
        AttributeOption.objects.bulk_create(AttributeOption(group=group, option=name) for name in names)
        ProductAttribute.objects.create(
            product_class=kind, name=code.title(), code=code, type="option", option_group=group
        )
    make_category("Kitchen")
    make_category("Clothes")
    default_partner()
    return int(Product.objects.create(title="Jumper", upc="JUMPER", product_class=kind).pk)


@pytest.fixture
def outcome(jumper_id: int) -> Iterator[list[object]]:
    """What shall be stored at the end, compared when no browser runs in this thread any more."""
    expected: list[object] = []
    yield expected
    shirt = Product.objects.get(title="Shirt")
    records = StockRecord.objects.filter(product__parent=shirt).order_by("pk")
    tree = [
        ("." * (depth - 1)) + name for name, depth in Category.objects.order_by("path").values_list("name", "depth")
    ]
    prices = [(each.partner_sku, str(each.price), each.num_in_stock) for each in records]
    assert [status_of(shirt), prices, tree] == expected


def look_up(page: Page, field: str, words: str, choice: str) -> None:
    """Choose something that is looked up by its name."""
    page.locator(f"{field} + .select2").click()
    page.locator(".select2-search__field").fill(words)
    page.locator(".select2-results__option", has_text=choice).click()


def test_a_merchant_keeps_the_catalogue(outcome: list[object], page: Page) -> None:
    page.goto("/dashboard/catalogue/products/create/shirts/")
    page.get_by_label("E-mail address or username").fill("clerk")
    page.get_by_label("Password").fill("secret-password")
    page.get_by_role("button", name="Log in").click()

    # A scheduled product
    page.locator("#id_title").fill("Shirt")
    page.locator("#id_upc").fill("SHIRT")
    page.locator("#id_status").select_option("scheduled")
    page.locator("#id_publish_from").fill("2099-05-01T08:00")
    page.locator("a[href='#seo']").click()
    page.locator("#id_meta_title").fill("The best shirt")
    expect(page.locator("[data-shows=title]")).to_have_text("The best shirt")
    expect(page.locator("[data-counts=id_meta_title] [data-count]")).to_have_text("14")
    page.locator("a[href='#product_category']").click()
    look_up(page, "#id_productcategory_set-0-category", "cloth", "Clothes")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.locator(".page-header .status")).to_have_text("Scheduled")

    # Its variants
    page.locator("a[href='#child_products']").click()
    page.get_by_role("button", name="Save and build variants from options").click()
    for option in ("S", "M", "Red", "Blue"):
        page.get_by_label(option, exact=True).check()
    page.get_by_role("button", name="Show the combinations").click()
    page.locator("#id_all-price").fill("20.00")
    page.locator("#id_all-num_in_stock").fill("3")
    page.get_by_label("Make: M, Blue").uncheck()
    page.get_by_role("button", name="Make the ticked variants").click()
    expect(page.get_by_text("3 variants were made.")).to_be_visible()

    # A price in bulk
    page.goto("/dashboard/catalogue/prices/?text=SHIRT-S")
    page.get_by_label("Price: Shirt, S, Red (SHIRT-S-RED)", exact=True).fill("18.50")
    page.get_by_label("In stock: Shirt, S, Blue (SHIRT-S-BLUE)").fill("7")
    page.get_by_role("button", name="Save what was edited").click()
    expect(page.get_by_text("2 rows saved.")).to_be_visible()

    # A category, by keys alone
    page.goto("/dashboard/catalogue/categories/tree/")
    page.get_by_role("radio", name="Clothes").focus()
    page.keyboard.press("Alt+ArrowRight")
    expect(page.get_by_text("The category was moved.")).to_be_visible()
    expect(page.get_by_role("radio", name="Clothes level 2")).to_be_focused()

    # The same one, by dragging its row before another
    kitchen = page.get_by_role("listitem").filter(has_text="Kitchen")
    page.get_by_role("listitem").filter(has_text="Clothes").drag_to(kitchen, target_position={"x": 200, "y": 3})
    expect(page.get_by_role("radio", name="Clothes level 1")).to_be_focused()

    prices = [("SHIRT-S-RED", "18.50", 3), ("SHIRT-S-BLUE", "20.00", 7), ("SHIRT-M-RED", "20.00", 3)]
    outcome += ["scheduled", prices, ["Clothes", "Kitchen"]]


def test_tree_matrix_and_table_need_no_scripts(jumper_id: int, page: Page, shop: Shop) -> None:
    assert page.context.browser is not None
    bare = page.context.browser.new_page(base_url=shop.address, java_script_enabled=False)
    bare.goto("/dashboard/catalogue/categories/tree/")
    bare.get_by_label("E-mail address or username").fill("clerk")
    bare.get_by_label("Password").fill("secret-password")
    bare.get_by_role("button", name="Log in").click()

    bare.get_by_role("radio", name="Clothes").check()
    bare.get_by_label("Other category").select_option(label="Kitchen")
    bare.get_by_role("button", name="Move under it").click()
    expect(bare.get_by_role("radio", name="Clothes level 2")).to_be_checked()

    bare.goto(f"/dashboard/catalogue/products/{jumper_id}/matrix/")
    for option in ("S", "Red"):
        bare.get_by_label(option, exact=True).check()
    bare.get_by_role("button", name="Show the combinations").click()
    bare.get_by_label("Price: S, Red", exact=True).fill("30.00")
    bare.get_by_role("button", name="Make the ticked variants").click()
    expect(bare.get_by_text("1 variant was made.")).to_be_visible()

    bare.goto("/dashboard/catalogue/prices/")
    bare.get_by_label("In stock: Jumper, S, Red (JUMPER-S-RED)").fill("4")
    bare.get_by_role("button", name="Save what was edited").click()
    expect(bare.get_by_text("1 row saved.")).to_be_visible()


PLAIN = "Fine shirt.<br>Wash & wear\n\n<b>cold</b>"


@pytest.fixture
def described(own_database: str) -> Iterator[dict[str, str]]:
    """Products with a description that no editor has written; what shall be stored at the end."""
    clerk = make_member("Staff")
    clerk.username = "clerk"
    clerk.save()
    for title in ("Shirt", "Skirt"):
        make_product(title)
    Product.objects.update(description=PLAIN)
    expected: dict[str, str] = {}
    yield expected
    assert dict(Product.objects.values_list("title", "description")) == expected


def test_description_is_written_where_it_was_edited(described: dict[str, str], page: Page) -> None:
    page.goto("/dashboard/catalogue/")
    page.get_by_label("E-mail address or username").fill("clerk")
    page.get_by_label("Password").fill("secret-password")
    page.get_by_role("button", name="Log in").click()

    page.get_by_role("link", name="Shirt", exact=True).click()
    editor = page.frame_locator("#id_description_ifr").locator("body")
    expect(editor).to_contain_text("Fine shirt.")
    page.locator("#id_title").fill("White shirt")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("Updated product")).to_be_visible()

    page.goto("/dashboard/catalogue/")
    page.get_by_role("link", name="Skirt", exact=True).click()
    expect(editor).to_contain_text("Fine shirt.")
    editor.press("Control+a")
    editor.press_sequentially("Wide.")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("Updated product")).to_be_visible()
    expect(editor).to_have_text("Wide.")

    described |= {"White shirt": PLAIN, "Skirt": "<p>Wide.</p>"}
