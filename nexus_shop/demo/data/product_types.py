"""Product classes with their attributes, and the options that attributes choose from."""

from typing import Final

from .records import Attribute, ProductType

_COLOUR: Final = Attribute("colour", "Colour", "option", "colour")
_MATERIAL: Final = Attribute("material", "Material", "option", "material")
_FIBRES: Final = Attribute("fibres", "Fibres", "multi_option", "fibre")
_MEASURE: Final = Attribute("size", "Size", "option", "measure")
_DISHWASHER: Final = Attribute("dishwasher_safe", "Dishwasher safe", "boolean")
_CARE: Final = Attribute("care", "Care", "richtext")

#: Code -> (name, options).
OPTION_GROUPS: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "colour": (
        "Colour",
        (
            *("Cream", "White", "Sand", "Ochre", "Honey", "Moss", "Sage", "Forest", "Teal", "Sky", "Navy", "Slate"),
            *("Charcoal", "Grey", "Rust", "Terracotta", "Berry", "Plum", "Rose", "Brass", "Steel", "Black"),
        ),
    ),
    "material": (
        "Material",
        (
            *("Stoneware", "Enamel", "Glass", "Cast iron", "Stainless steel", "Carbon steel", "Oak", "Walnut", "Brass"),
            *("Paper", "Linen", "Seagrass", "Willow", "Felt", "Terracotta", "Zinc", "Ash", "Leather", "Cork", "Cedar"),
            *("Copper", "Beeswax", "Rapeseed wax"),
        ),
    ),
    "fibre": ("Fibre", ("Cotton", "Linen", "Lambswool", "Merino", "Mohair", "Cashmere", "Polyamide", "Elastane")),
    "measure": (
        "Size",
        ("Small", "Medium", "Large", "Three cups", "Eight cups", "20 cm", "24 cm", "28 cm", "Single", "Double"),
    ),
    "clothing-size": ("Clothing size", ("S", "M", "L", "XL", "S/M", "L/XL", "36-38", "39-41", "42-45")),
    "scent": ("Scent", ("Unscented", "Honey", "Fig and cedar", "Sea salt")),
    "ruling": ("Ruling", ("Plain", "Lined", "Dotted")),
    "format": ("File format", ("PDF", "EPUB")),
    "level": ("Level", ("Beginner", "Intermediate")),
}

#: Code -> (name, help text). All are texts, none is required.
OPTIONS: Final[dict[str, tuple[str, str]]] = {
    "engraving": ("Engraving", "Up to twenty letters, in capitals. Leave it empty for a plain one."),
}

DOWNLOAD: Final = "Download"
PRODUCT_TYPES: Final = (
    ProductType(
        "Tableware",
        (
            *(_COLOUR, _MATERIAL, _DISHWASHER, _CARE),
            Attribute("capacity_ml", "Capacity (ml)", "integer"),
            Attribute("diameter_cm", "Diameter (cm)", "float"),
        ),
    ),
    ProductType(
        "Kitchen tools",
        (_COLOUR, _MATERIAL, _MEASURE, _DISHWASHER, _CARE, Attribute("length_cm", "Length (cm)", "float")),
    ),
    ProductType(
        "Lighting",
        (
            *(_COLOUR, _MATERIAL),
            Attribute("height_cm", "Height (cm)", "float"),
            Attribute("bulb", "Bulb", "text"),
            Attribute("dimmable", "Dimmable", "boolean"),
        ),
    ),
    ProductType(
        "Candles",
        (
            _MATERIAL,
            Attribute("scent", "Scent", "option", "scent"),
            Attribute("burn_hours", "Burns for (hours)", "integer"),
        ),
    ),
    ProductType("Home textiles", (_COLOUR, _MEASURE, _FIBRES, _CARE, Attribute("dimensions", "Dimensions", "text"))),
    ProductType("Home goods", (_COLOUR, _MATERIAL, _MEASURE, Attribute("height_cm", "Height (cm)", "float"))),
    ProductType(
        "Clothing",
        (
            _COLOUR,
            Attribute("size", "Size", "option", "clothing-size"),
            _FIBRES,
            _CARE,
            Attribute("fit", "Fit", "text"),
        ),
    ),
    ProductType(
        "Bags",
        (
            *(_COLOUR, _FIBRES),
            Attribute("volume_litres", "Volume (litres)", "float"),
            Attribute("waterproof", "Waterproof", "boolean"),
        ),
    ),
    ProductType(
        "Stationery",
        (
            *(_COLOUR, _MATERIAL),
            Attribute("ruling", "Ruling", "option", "ruling"),
            Attribute("pages", "Pages", "integer"),
            Attribute("paper_gsm", "Paper (g/m²)", "integer"),
        ),
    ),
    ProductType(
        "Engraved pieces",
        (_COLOUR, _MATERIAL, Attribute("length_cm", "Length (cm)", "float"), Attribute("refill", "Refill", "text")),
        options=("engraving",),
    ),
    ProductType(
        "Garden",
        (
            *(_COLOUR, _MATERIAL, _MEASURE),
            Attribute("glove_size", "Glove size", "option", "clothing-size"),
            Attribute("frost_proof", "Frost proof", "boolean"),
            Attribute("guarantee_years", "Guarantee (years)", "integer"),
        ),
    ),
    ProductType(
        DOWNLOAD,
        (
            Attribute("pages", "Pages", "integer"),
            Attribute("formats", "Formats", "multi_option", "format"),
            Attribute("level", "Level", "option", "level"),
            Attribute("published", "Published", "date"),
        ),
        is_shipped=False,
        tracks_stock=False,
    ),
)
