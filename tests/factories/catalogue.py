"""Product classes with attributes."""

from forked_apps.catalogue.models import AttributeOption, AttributeOptionGroup, ProductAttribute, ProductClass

SIZES = ("S", "M", "L")
COLOURS = ("Red", "Blue")


def make_group(name: str, options: tuple[str, ...]) -> AttributeOptionGroup:
    """A group of options."""
    group = AttributeOptionGroup.objects.create(name=name)
    AttributeOption.objects.bulk_create(AttributeOption(group=group, option=option) for option in options)
    return group


def make_attribute(product_class: ProductClass, code: str, kind: str = "text", **options: object) -> ProductAttribute:
    """An attribute of the class."""
    return ProductAttribute.objects.create(product_class=product_class, code=code, name=code, type=kind, **options)


def make_class(name: str = "Shirts") -> ProductClass:
    """A class whose products have a size, a colour and a material."""
    made = ProductClass.objects.create(name=name)
    make_attribute(made, "size", "option", option_group=make_group(f"Sizes of {name}", SIZES))
    make_attribute(made, "colour", "option", option_group=make_group(f"Colours of {name}", COLOURS))
    make_attribute(made, "material")
    return made
