"""Brands, categories, product classes, attributes, option groups, options and partners, as staff keep them."""

from decimal import Decimal
from typing import Any, Final

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from forked_apps.catalogue.category_rows import MAX_ROWS, CategoryRow, count_of
from forked_apps.catalogue.models import Option, ProductAttribute
from forked_apps.catalogue.options import Choice

from .fields import MAX_INT, Amount, StrictSerializer, Text, WholeNumber, YesOrNo
from .kept import KeptParameters
from .texts import CodeText, SlugText, Words


class AdminBrand(serializers.Serializer[Any]):
    """A brand."""

    id = serializers.IntegerField()
    version = serializers.CharField()
    name = serializers.CharField()
    slug = serializers.CharField()


class AdminBrandChanges(StrictSerializer):
    """Fields of a brand."""

    ignored = frozenset({"id", "version"})

    name = Words(max_length=128, required=False)
    slug = SlugText(max_length=128, required=False)


class AdminBrandInput(AdminBrandChanges):
    """A brand. The slug is made from the name where left out, and stays."""

    name = Words(max_length=128)


class AdminCategory(serializers.Serializer[Any]):
    """A category, hidden or not. `path` is of slugs; `position` counts from 0 among those of one parent."""

    id = serializers.IntegerField()
    version = serializers.CharField()
    name = serializers.CharField()
    slug = serializers.CharField()
    path = serializers.CharField()
    code = serializers.CharField(allow_null=True)
    description = serializers.CharField(allow_blank=True)
    meta_title = serializers.CharField(allow_blank=True)
    meta_description = serializers.CharField(allow_blank=True)
    is_public = serializers.BooleanField()
    parent = serializers.IntegerField(allow_null=True)  # type: ignore[assignment]
    position = serializers.IntegerField()
    image = serializers.CharField(allow_null=True)


class CategoryTexts(StrictSerializer):
    """What a category says."""

    name = Words(max_length=255, required=False)
    slug = SlugText(required=False)
    description = Text(max_length=50_000, required=False, allow_blank=True)
    meta_title = Words(max_length=255, required=False, allow_blank=True)
    meta_description = Words(max_length=1000, required=False, allow_blank=True)
    is_public = YesOrNo(required=False)


class AdminCategoryChanges(CategoryTexts):
    """Fields of a category. Another `parent` or `position` moves it, with all below; `description` is sanitised."""

    ignored = frozenset({"id", "version", "path", "image"})

    code = Words(max_length=255, required=False, allow_null=True)
    parent = WholeNumber(min_value=1, required=False, allow_null=True)  # type: ignore[assignment]
    position = WholeNumber(required=False)


class AdminCategoryInput(AdminCategoryChanges):
    """A category. Left out, `parent` is none, `position` the last."""

    name = Words(max_length=255)


class AdminCategoryWhole(AdminCategoryInput):
    """A category whole. Slug and position stay where left out."""

    description = Text(max_length=50_000, required=False, allow_blank=True, default="")
    meta_title = Words(max_length=255, required=False, allow_blank=True, default="")
    meta_description = Words(max_length=1000, required=False, allow_blank=True, default="")
    is_public = YesOrNo(required=False, default=True)
    code = Words(max_length=255, required=False, allow_null=True, default=None)
    parent = WholeNumber(min_value=1, required=False, allow_null=True, default=None)  # type: ignore[assignment]


class CategoryParameters(KeptParameters):
    """The query of the categories."""

    parent = serializers.IntegerField(  # type: ignore[assignment]
        required=False, min_value=0, max_value=MAX_INT, help_text="Those right below it; 0 is the roots."
    )


class CategoryRemoval(StrictSerializer):
    """What becomes of what stands in a category that is deleted."""

    move_to = serializers.IntegerField(
        required=False, min_value=1, max_value=MAX_INT, help_text="Where its products and categories go."
    )


class CategoryData(CategoryTexts):
    """A category by its code. What is left out stays, or is empty in a new one, whose name is then the code."""

    ignored = frozenset({"id", "path", "image"})

    code = Words(max_length=255)


class CategoryRowInput(StrictSerializer):
    """A category, and what is to stand below it."""

    data = CategoryData()  # type: ignore[assignment]  # fields leave the class when it is made
    children = serializers.ListField(child=serializers.DictField(), required=False, help_text="Rows of the same shape.")


class CategoryRows(StrictSerializer):
    """Categories as they are to stand, at most 1,000 on 10 levels."""

    categories = CategoryRowInput(many=True, min_length=1, max_length=MAX_ROWS)  # type: ignore[call-arg]  # of the list

    def validate_categories(self, rows: list[dict[str, Any]]) -> tuple[CategoryRow, ...]:
        """The rows of all levels. A code stands once."""
        found = tuple(_row(row, (number,)) for number, row in enumerate(rows))
        if count_of(found) > MAX_ROWS:
            raise ValidationError(f"There are more than {MAX_ROWS} rows.")
        codes = list(_codes(found))
        if len(set(codes)) < len(codes):
            raise ValidationError("A code stands twice.")
        return found


MAX_LEVELS: Final = 8  # the body's own limit is 20 of JSON


def _row(row: dict[str, Any], place: tuple[Any, ...]) -> CategoryRow:
    """Of a validated row; its children are validated here, their errors at their place."""
    if len(place) > 2 * MAX_LEVELS:
        raise ValidationError("There are too many levels.")
    children = []
    for number, child in enumerate(row.get("children", ())):
        serializer = CategoryRowInput(data=child)
        here = (*place, "children", number)
        if not serializer.is_valid():
            raise ValidationError(_nested(here, serializer.errors))
        children.append(_row(serializer.validated_data, here))
    values = dict(row["data"])
    code = values.pop("code")
    return CategoryRow(code, values, tuple(children))


def _nested(place: tuple[Any, ...], errors: Any) -> Any:
    for step in reversed(place):
        errors = {str(step): errors}
    return errors


def _codes(rows: tuple[CategoryRow, ...]) -> Any:
    for row in rows:
        yield row.code
        yield from _codes(row.children)


class OutcomeShape(serializers.Serializer[Any]):
    """What became of a row. A refused one wrote nothing; `code`, `detail` and `pointer` (in the row) say why."""

    status = serializers.ChoiceField(["created", "updated", "unchanged", "refused"])
    id = serializers.IntegerField(allow_null=True)
    code = serializers.CharField(allow_null=True)
    detail = serializers.CharField(allow_null=True)
    pointer = serializers.CharField(allow_null=True)


class CategoryOutcome(OutcomeShape):
    """What became of a category."""

    row = serializers.CharField(help_text="Where it stands in `categories`, as a JSON pointer.")
    category = serializers.CharField(help_text="Its code.")


class CategoryOutcomes(serializers.Serializer[Any]):
    """A result for each row, depth first."""

    results = CategoryOutcome(many=True)


class AdminAttribute(serializers.Serializer[Any]):
    """An attribute of a product class (its slug)."""

    id = serializers.IntegerField()
    version = serializers.CharField()
    product_class = serializers.CharField(allow_null=True)
    name = serializers.CharField()
    code = serializers.CharField()
    type = serializers.ChoiceField(ProductAttribute.TYPE_CHOICES)
    required = serializers.BooleanField()  # type: ignore[assignment]
    option_group = serializers.IntegerField(allow_null=True)


class AdminAttributeChanges(StrictSerializer):
    """Fields of an attribute."""

    ignored = frozenset({"id", "version"})

    product_class = Text(max_length=128, required=False)
    name = Words(max_length=128, required=False)
    code = CodeText(required=False)
    type = serializers.ChoiceField(ProductAttribute.TYPE_CHOICES, required=False)
    required = YesOrNo(required=False)  # type: ignore[assignment]
    option_group = WholeNumber(min_value=1, required=False, allow_null=True)


class AdminAttributeInput(AdminAttributeChanges):
    """An attribute. `option` and `multi_option` want an option group; no other type has one."""

    product_class = Text(max_length=128)
    name = Words(max_length=128)
    code = CodeText()
    type = serializers.ChoiceField(ProductAttribute.TYPE_CHOICES, required=False, default="text")
    required = YesOrNo(required=False, default=False)
    option_group = WholeNumber(min_value=1, required=False, allow_null=True, default=None)


class AttributeParameters(KeptParameters):
    """The query of the attributes."""

    product_class = serializers.CharField(required=False, max_length=128, default="", help_text="A slug.")


class AdminClass(serializers.Serializer[Any]):
    """A product class. `options` are codes; its attributes are kept at `admin/attributes/`."""

    id = serializers.IntegerField()
    version = serializers.CharField()
    name = serializers.CharField()
    slug = serializers.CharField()
    requires_shipping = serializers.BooleanField()
    track_stock = serializers.BooleanField()
    options = serializers.ListField(child=serializers.CharField())
    attributes = AdminAttribute(many=True)


class AdminClassChanges(StrictSerializer):
    """Fields of a product class."""

    ignored = frozenset({"id", "version", "attributes"})

    name = Words(max_length=128, required=False)
    slug = SlugText(max_length=128, required=False)
    requires_shipping = YesOrNo(required=False)
    track_stock = YesOrNo(required=False)
    options = serializers.ListField(child=Text(max_length=128), required=False, max_length=100)


class AdminClassInput(AdminClassChanges):
    """A product class."""

    name = Words(max_length=128)
    requires_shipping = YesOrNo(required=False, default=True)
    track_stock = YesOrNo(required=False, default=True)
    options = serializers.ListField(child=Text(max_length=128), required=False, max_length=100, default=list)


class AdminChoice(serializers.Serializer[Any]):
    """A value of a group. `price` is added to each unit where it is chosen as an option."""

    id = serializers.IntegerField()
    option = serializers.CharField()
    code = serializers.CharField(allow_null=True)
    price = serializers.CharField()


class AdminChoiceInput(StrictSerializer):
    """A value of a group. One with an `id`, or with a text that is there, stays the same one."""

    id = WholeNumber(min_value=1, required=False)
    option = Words(max_length=255)
    code = Words(max_length=255, required=False, allow_null=True)
    price = Amount(required=False, max_digits=9)


class AdminGroup(serializers.Serializer[Any]):
    """An option group with its values."""

    id = serializers.IntegerField()
    version = serializers.CharField()
    name = serializers.CharField()
    code = serializers.CharField(allow_null=True)
    options = AdminChoice(many=True)


class AdminGroupChanges(StrictSerializer):
    """Fields of an option group. `options` is the whole list."""

    ignored = frozenset({"id", "version"})

    name = Words(max_length=128, required=False)
    code = Words(max_length=255, required=False, allow_null=True)
    options = serializers.ListField(child=AdminChoiceInput(), required=False, max_length=500)

    def validate_options(self, options: list[Any]) -> tuple[Choice, ...]:
        """The values; a text and an id stand once."""
        choices = tuple(Choice(**each) for each in options)
        texts = [choice.option for choice in choices]
        ids = [choice.id for choice in choices if choice.id is not None]
        if len(set(texts)) < len(texts) or len(set(ids)) < len(ids):
            raise ValidationError("A value stands twice.")
        return choices


class AdminGroupInput(AdminGroupChanges):
    """An option group."""

    name = Words(max_length=128)
    code = Words(max_length=255, required=False, allow_null=True, default=None)
    options = serializers.ListField(child=AdminChoiceInput(), required=False, max_length=500, default=list)


class AdminOption(serializers.Serializer[Any]):
    """What shoppers are asked. `price` is added to each unit where it is answered; as prices are entered."""

    id = serializers.IntegerField()
    version = serializers.CharField()
    name = serializers.CharField()
    code = serializers.CharField()
    type = serializers.ChoiceField(Option.TYPE_CHOICES)
    required = serializers.BooleanField()  # type: ignore[assignment]
    option_group = serializers.IntegerField(allow_null=True)
    help_text = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    order = serializers.IntegerField(allow_null=True)
    price = serializers.CharField()


class AdminOptionChanges(StrictSerializer):
    """Fields of an option."""

    ignored = frozenset({"id", "version"})

    name = Words(max_length=128, required=False)
    code = SlugText(max_length=128, required=False)
    type = serializers.ChoiceField(Option.TYPE_CHOICES, required=False)
    required = YesOrNo(required=False)  # type: ignore[assignment]
    option_group = WholeNumber(min_value=1, required=False, allow_null=True)
    help_text = Words(max_length=255, required=False, allow_blank=True)  # type: ignore[assignment]
    order = WholeNumber(required=False, allow_null=True, min_value=-MAX_INT)
    price = Amount(required=False, max_digits=9)


class AdminOptionInput(AdminOptionChanges):
    """An option. `select`, `radio`, `multi_select` and `checkbox` want an option group; no other type has one."""

    name = Words(max_length=128)
    type = serializers.ChoiceField(Option.TYPE_CHOICES, required=False, default="text")
    required = YesOrNo(required=False, default=False)
    option_group = WholeNumber(min_value=1, required=False, allow_null=True, default=None)
    help_text = Words(max_length=255, required=False, allow_blank=True, default="")
    order = WholeNumber(required=False, allow_null=True, min_value=-MAX_INT, default=None)
    price = Amount(required=False, max_digits=9, default=Decimal(0))


class AdminPartner(serializers.Serializer[Any]):
    """A partner. `users` are ids of the accounts that work for it."""

    id = serializers.IntegerField()
    version = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    code = serializers.CharField()
    users = serializers.ListField(child=serializers.IntegerField())


class AdminPartnerChanges(StrictSerializer):
    """Fields of a partner."""

    ignored = frozenset({"id", "version"})

    name = Words(max_length=128, required=False)
    code = SlugText(max_length=128, required=False)
    users = serializers.ListField(child=WholeNumber(min_value=1), required=False, max_length=1000)


class AdminPartnerInput(AdminPartnerChanges):
    """A partner."""

    name = Words(max_length=128)
    users = serializers.ListField(child=WholeNumber(min_value=1), required=False, max_length=1000, default=list)
