"""Brands, categories, product classes, attributes, option groups, options and partners, as staff keep them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from forked_apps.catalogue.models import Option, ProductAttribute
from forked_apps.catalogue.options import Choice

from .fields import MAX_INT, Amount, StrictSerializer, Text, WholeNumber, YesOrNo
from .kept import KeptParameters
from .oscar_product import option_codes
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


class PictureName(Text):
    """The name of a stored picture, or the address at which it is shown."""

    def __init__(self, **options: Any) -> None:
        help_text = (
            "The `name` of a picture that `admin/files/` has stored; empty or null takes the picture away. The address"
            " of the picture that the category has leaves it."
        )
        super().__init__(max_length=2000, allow_null=True, allow_blank=True, help_text=help_text, **options)


class CategoryTexts(StrictSerializer):
    """What a category says, and its picture."""

    name = Words(max_length=255, required=False)
    slug = SlugText(required=False)
    description = Text(max_length=50_000, required=False, allow_blank=True)
    meta_title = Words(max_length=255, required=False, allow_blank=True)
    meta_description = Words(lines=True, max_length=1000, required=False, allow_blank=True)
    is_public = YesOrNo(required=False)
    image = PictureName(required=False)


class AdminCategoryChanges(CategoryTexts):
    """Fields of a category. Another `parent` or `position` moves it, with all below; `description` is sanitised."""

    ignored = frozenset({"id", "version", "path"})

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
    meta_description = Words(lines=True, max_length=1000, required=False, allow_blank=True, default="")
    is_public = YesOrNo(required=False, default=True)
    image = PictureName(required=False, default=None)
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


class OutcomeShape(serializers.Serializer[Any]):
    """What became of a row. A refused one wrote nothing: `code`, `detail`, `pointer` (in the row), `facts`."""

    status = serializers.ChoiceField(["created", "updated", "unchanged", "refused"])
    id = serializers.IntegerField(allow_null=True)
    code = serializers.CharField(allow_null=True)
    detail = serializers.CharField(allow_null=True)
    pointer = serializers.CharField(allow_null=True)
    facts = serializers.DictField(
        child=serializers.JSONField(allow_null=True),
        allow_null=True,
        help_text="What the error of a single write has beside its code: `reason`, `attributes`, `variant`, say.",
    )


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
    #: Whether no attribute can be its own yet.
    is_new: ClassVar[bool] = False

    name = Words(max_length=128, required=False)
    slug = SlugText(max_length=128, required=False)
    requires_shipping = YesOrNo(required=False)
    track_stock = YesOrNo(required=False)
    options = serializers.ListField(child=Text(max_length=128), required=False, max_length=100)

    def to_internal_value(self, data: Any) -> Any:
        """The values; options also as objects with a `code`. Attributes may only stand there as they were read."""
        if isinstance(data, Mapping):
            attributes = data.get("attributes", [])
            is_read = isinstance(attributes, list) and all(map(_is_read, attributes))
            if not is_read or (attributes and self.is_new):
                raise ValidationError({"attributes": [_("Attributes are kept at `admin/attributes/`.")]})
            if isinstance(data.get("options"), list):
                data = {**data, "options": option_codes(data["options"])}
        return super().to_internal_value(data)


def _is_read(attribute: Any) -> bool:
    """Whether an attribute stands there as it was read."""
    return isinstance(attribute, Mapping) and {"id", "version"} <= set(attribute)


class AdminClassInput(AdminClassChanges):
    """A product class. Left out, a list is empty."""

    name = Words(max_length=128)
    requires_shipping = YesOrNo(required=False, default=True)
    track_stock = YesOrNo(required=False, default=True)
    options = serializers.ListField(child=Text(max_length=128), required=False, max_length=100, default=list)


class AdminClassNew(AdminClassInput):
    """A product class to be made. Its attributes are made at `admin/attributes/`."""

    is_new = True


def _reason() -> Words:
    return Words(
        max_length=255, required=False, help_text="Why prices are others, for their ledger; left out it is `api`."
    )


class PricedRemoval(StrictSerializer):
    """Why what has prices is deleted."""

    reason = _reason()


class AdminChoice(serializers.Serializer[Any]):
    """A value of a group. `price` is added to each unit where it is chosen as an option."""

    id = serializers.IntegerField()
    option = serializers.CharField()
    code = serializers.CharField(allow_null=True)
    price = serializers.CharField()


class AdminChoiceInput(StrictSerializer):
    """A value of a group. One with an `id`, or with a text that is there, stays the same one, with what is left out.

    It may be its text alone, as oscarapi has it.
    """

    bare = "option"

    def to_internal_value(self, data: Any) -> Any:
        """The value, as `Choice` has it. A text alone says nothing of code and price."""
        if not isinstance(data, str):
            values = super().to_internal_value(data)
            return {**values, "code": values["code"] or ""} if "code" in values else values
        try:
            return {self.bare: super().to_internal_value({self.bare: data})[self.bare]}
        except ValidationError as refusal:
            detail: Any = refusal.detail
            raise ValidationError(detail[self.bare]) from None

    id = WholeNumber(min_value=1, required=False)
    option = Words(max_length=255)
    code = Words(max_length=255, required=False, allow_null=True)
    price = Amount(required=False, max_digits=9)


class AdminChoiceWhole(AdminChoiceInput):
    """A value of a group, whole. One with an `id`, or with a text that is there, stays the same one.

    As its text alone, as oscarapi has it, it keeps its code and price.
    """

    code = Words(max_length=255, required=False, allow_null=True, default=None)
    price = Amount(required=False, max_digits=9, default=Decimal(0))


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
    reason = _reason()

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
    options = serializers.ListField(child=AdminChoiceWhole(), required=False, max_length=500, default=list)


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
    help_text = Words(lines=True, max_length=255, required=False, allow_blank=True)  # type: ignore[assignment]
    order = WholeNumber(required=False, allow_null=True, min_value=-MAX_INT)
    price = Amount(required=False, max_digits=9)
    reason = _reason()


class AdminOptionInput(AdminOptionChanges):
    """An option. `select`, `radio`, `multi_select` and `checkbox` want an option group; no other type has one."""

    name = Words(max_length=128)
    type = serializers.ChoiceField(Option.TYPE_CHOICES, required=False, default="text")
    required = YesOrNo(required=False, default=False)
    option_group = WholeNumber(min_value=1, required=False, allow_null=True, default=None)
    help_text = Words(lines=True, max_length=255, required=False, allow_blank=True, default="")
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
