"""Brands, categories, product classes, attributes, option groups, options and partners, for staff."""

from dataclasses import asdict
from typing import Any, Final

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema

from forked_apps.catalogue import brands, categories, classes, options
from forked_apps.catalogue.category_pictures import ensure_picture_stored, held_picture
from forked_apps.catalogue.category_rows import put_categories
from forked_apps.catalogue.errors import CategoryCycle, CategoryTooDeep, SlugTaken
from forked_apps.catalogue.option_prices import REASON
from forked_apps.partner import partners
from nexus_shop.api.rest.base import View, answer
from nexus_shop.api.rest.errors import ApiError, facts_of
from nexus_shop.api.rest.schema import problems
from nexus_shop.api.rest.serializers import admin_catalogue as shapes
from nexus_shop.api.rest.serializers import category_rows as bulk
from nexus_shop.core.idempotency import Answer
from nexus_shop.core.rows import RowOutcome

from .kept import Keeping, Kept, KeptDetail, KeptList, kept_detail, kept_list, number_of


def outcome_body(outcome: RowOutcome) -> dict[str, Any]:
    """What became of a row, in the API's shape."""
    done, refusal = {"status": outcome.status, "id": outcome.id}, outcome.refusal
    if refusal is None:
        return done | {"code": None, "detail": None, "pointer": None, "facts": None}
    why = {"code": refusal.code, "detail": str(refusal.message), "pointer": refusal.pointer}
    return done | why | {"facts": facts_of(refusal) or None}


BRANDS: Final = Keeping(
    "/api/v1/admin/brands/",
    brands.stored_brand,
    brands.stored_brands,
    brands.create_brand,
    brands.change_brand,
    brands.delete_brand,
)
CATEGORIES: Final = Keeping(
    "/api/v1/admin/categories/",
    categories.stored_category,
    categories.stored_categories,
    categories.create_category,
    categories.change_category,
    categories.remove_category,
)
CLASSES: Final = Keeping(
    "/api/v1/admin/productclasses/",
    classes.stored_class,
    classes.stored_classes,
    classes.create_class,
    classes.change_class,
    classes.delete_class,
)
ATTRIBUTES: Final = Keeping(
    "/api/v1/admin/attributes/",
    classes.stored_attribute,
    classes.stored_attributes,
    classes.create_attribute,
    classes.change_attribute,
    classes.delete_attribute,
)
GROUPS: Final = Keeping(
    "/api/v1/admin/option-groups/",
    options.stored_group,
    options.stored_groups,
    options.create_group,
    options.change_group,
    options.delete_group,
)
OPTIONS: Final = Keeping(
    "/api/v1/admin/options/",
    options.stored_option,
    options.stored_options,
    options.create_option,
    options.change_option,
    options.delete_option,
)
PARTNERS: Final = Keeping(
    "/api/v1/admin/partners/",
    partners.stored_partner,
    partners.stored_partners,
    partners.create_partner,
    partners.change_partner,
    partners.remove_partner,
)


@kept_list("Brand", "Brands", shape=shapes.AdminBrand, new=shapes.AdminBrandInput)
class BrandList(KeptList):
    """`admin/brands/`."""

    kept = BRANDS


@kept_detail("Brand", shape=shapes.AdminBrand, whole=shapes.AdminBrandInput, changes=shapes.AdminBrandChanges)
class BrandDetail(KeptDetail):
    """`admin/brands/{id}/`."""

    kept = BRANDS


class _WithPicture(Kept):
    """The picture that a category names is looked for before the transaction."""

    def parsed(self, serializer_class: Any, body: Any = None) -> Any:
        """The validated body. Raises ValueRefused for a picture that is not there."""
        data = super().parsed(serializer_class, body)
        ensure_picture_stored(data, self.held)
        return data

    def held(self) -> str:
        """The name of the picture that the category has."""
        return ""


@kept_list(
    "Category",
    "Categories",
    shape=shapes.AdminCategory,
    new=shapes.AdminCategoryInput,
    parameters=shapes.CategoryParameters,
)
class CategoryAdminList(_WithPicture, KeptList):
    """`admin/categories/`."""

    kept = CATEGORIES


@kept_detail(
    "Category",
    shape=shapes.AdminCategory,
    whole=shapes.AdminCategoryWhole,
    changes=shapes.AdminCategoryChanges,
    removal=[shapes.CategoryRemoval],
)
class CategoryAdminDetail(_WithPicture, KeptDetail):
    """`admin/categories/{id}/`."""

    kept = CATEGORIES

    def held(self) -> str:
        """The name of the picture that the category has. Raises NotFound."""
        return held_picture(self.key_of(self.kwargs["key"]))

    def remove(self, pk: int, version: str | None) -> None:
        """Empty it into `move_to` first, where that is given."""
        move_to = self.parameters(shapes.CategoryRemoval).get("move_to")
        try:
            categories.remove_category(pk, move_to=move_to, version=version)
        except (CategoryCycle, CategoryTooDeep, SlugTaken) as refusal:
            refusal.pointer, refusal.parameter = None, "move_to"
            raise

    def delete(self, request: Any, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Products and categories in it go to the category `move_to`; without that it has to be empty (409)."""
        move_to = self.parameters(shapes.CategoryRemoval).get("move_to")
        if move_to is not None and not categories.is_category(move_to):
            raise ApiError("not_found", parameter="move_to")
        return super().delete(request, key)


def category_answer(pk: int) -> Answer:
    """A category that has just been made."""
    stored = categories.stored_category(pk)
    headers = {"ETag": f'"{stored.version}"', "Location": f"{CATEGORIES.place}{pk}/"}
    return answer({**asdict(stored), "version": stored.version}, status=201, headers=headers)


class CategoryBulk(View):
    """`admin/categories-bulk/`. oscarapi 3.3.0 writes whatever column a row names, and repairs the tree afterwards."""

    @extend_schema(
        operation_id="putCategories",
        summary="Make or change many categories",
        request=bulk.CategoryRows,
        responses={200: bulk.CategoryOutcomes, **problems(400, 401, 403, 412, 413, 415, 429)},
    )
    def put(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        """By code, nested as they are to stand; a result for each row. Sent again it changes nothing."""
        self.refuse_version()
        reader = bulk.CategoryReader(request.path)
        rows = reader.read(self.parsed(bulk.CategoryRows)["categories"])
        for row, outcome in put_categories(rows):
            told = outcome_body(outcome)
            pointer = told["pointer"] and f"/data{told['pointer']}"
            reader.results[row.place].update(told | {"pointer": None if pointer == "/data/parent" else pointer})
        return self.private({"results": list(reader.results.values())})


def class_body(stored: classes.StoredClass) -> dict[str, Any]:
    """A product class in the API's shape."""
    attributes = [{**asdict(attribute), "version": attribute.version} for attribute in stored.attributes]
    return {**asdict(stored), "version": stored.version, "attributes": attributes}


@kept_list("ProductClass", "ProductClasses", shape=shapes.AdminClass, new=shapes.AdminClassNew)
class ProductClassList(KeptList):
    """`admin/productclasses/`."""

    kept = CLASSES

    def body(self, stored: classes.StoredClass) -> dict[str, Any]:
        """With the versions of its attributes."""
        return class_body(stored)


@kept_detail("ProductClass", shape=shapes.AdminClass, whole=shapes.AdminClassInput, changes=shapes.AdminClassChanges)
class ProductClassDetail(KeptDetail):
    """`admin/productclasses/{id}/`."""

    kept = CLASSES

    def body(self, stored: classes.StoredClass) -> dict[str, Any]:
        """With the versions of its attributes."""
        return class_body(stored)

    def key_of(self, key: str) -> int:
        """An id, or a slug as oscarapi has it."""
        return number_of(key) if key.isdigit() else classes.stored_class(key).id


@kept_list(
    "Attribute",
    "Attributes",
    shape=shapes.AdminAttribute,
    new=shapes.AdminAttributeInput,
    parameters=shapes.AttributeParameters,
)
class AttributeAdminList(KeptList):
    """`admin/attributes/`."""

    kept = ATTRIBUTES


@kept_detail(
    "Attribute", shape=shapes.AdminAttribute, whole=shapes.AdminAttributeInput, changes=shapes.AdminAttributeChanges
)
class AttributeAdminDetail(KeptDetail):
    """`admin/attributes/{id}/`."""

    kept = ATTRIBUTES


class _Priced(KeptDetail):
    """What has prices: the ledger says who has changed them, and why."""

    def change(self, pk: int, changes: dict[str, Any], version: str | None) -> None:
        """Change the thing, in the caller's name."""
        self.kept.change(pk, changes=changes, version=version, changed_by=self.request.user.pk)

    def remove(self, pk: int, version: str | None) -> None:
        """Delete the thing, in the caller's name."""
        reason = self.parameters(shapes.PricedRemoval).get("reason")
        self.kept.delete(pk, version=version, changed_by=self.request.user.pk, reason=reason or REASON)

    def delete(self, request: Any, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """What is still in use is not deleted: 409 with what uses it. Prices that go with it stay in their ledger."""
        self.parameters(shapes.PricedRemoval)
        return super().delete(request, key)


@kept_list("OptionGroup", "OptionGroups", shape=shapes.AdminGroup, new=shapes.AdminGroupInput)
class OptionGroupList(KeptList):
    """`admin/option-groups/`."""

    kept = GROUPS

    def create(self, data: dict[str, Any]) -> int:
        """Make a group, in the caller's name."""
        return options.create_group(data, changed_by=self.request.user.pk)


@kept_detail(
    "OptionGroup",
    shape=shapes.AdminGroup,
    whole=shapes.AdminGroupInput,
    changes=shapes.AdminGroupChanges,
    removal=[shapes.PricedRemoval],
)
class OptionGroupDetail(_Priced):
    """`admin/option-groups/{id}/`."""

    kept = GROUPS


@kept_list("Option", "Options", shape=shapes.AdminOption, new=shapes.AdminOptionInput)
class OptionAdminList(KeptList):
    """`admin/options/`."""

    kept = OPTIONS

    def create(self, data: dict[str, Any]) -> int:
        """Make an option, in the caller's name."""
        return options.create_option(data, changed_by=self.request.user.pk)


@kept_detail(
    "Option",
    shape=shapes.AdminOption,
    whole=shapes.AdminOptionInput,
    changes=shapes.AdminOptionChanges,
    removal=[shapes.PricedRemoval],
)
class OptionAdminDetail(_Priced):
    """`admin/options/{id}/`."""

    kept = OPTIONS


@kept_list("Partner", "Partners", shape=shapes.AdminPartner, new=shapes.AdminPartnerInput)
class PartnerAdminList(KeptList):
    """`admin/partners/`."""

    kept = PARTNERS

    def create(self, data: dict[str, Any]) -> int:
        """Make a partner; the accounts that work for it are the caller's to manage."""
        user: Any = self.request.user
        return partners.create_partner(data, by=user)


@kept_detail("Partner", shape=shapes.AdminPartner, whole=shapes.AdminPartnerInput, changes=shapes.AdminPartnerChanges)
class PartnerAdminDetail(KeptDetail):
    """`admin/partners/{id}/`."""

    kept = PARTNERS

    def change(self, pk: int, changes: dict[str, Any], version: str | None) -> None:
        """Change a partner; the accounts that come or go are the caller's to manage."""
        user: Any = self.request.user
        partners.change_partner(pk, changes=changes, by=user, version=version)
