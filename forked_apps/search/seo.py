"""What a storefront puts into the head of a product's page. Pure; addresses are those that the document knows.

`json_ld` is schema.org's vocabulary, in which what is unknown is left out, not null.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

AVAILABILITY: Final = {
    "instock": "InStock",
    "available": "InStock",
    "backorder": "BackOrder",
    "preorder": "PreOrder",
    "outofstock": "OutOfStock",
    "unavailable": "OutOfStock",
}
SCHEMA: Final = "https://schema.org"

Json = dict[str, Any]
PageOf = Callable[[Json], str]


@dataclass(frozen=True, slots=True)
class Texts:
    """What merchants wrote for search engines and for links that are shared; empty where they wrote nothing."""

    title: str
    description: str
    canonical: str
    shared_title: str
    shared_description: str


def seo(
    card: Json,
    texts: Texts,
    *,
    images: Sequence[Json],
    variants: Sequence[Json],
    barcode: str | None,
    page_of: PageOf,
    slugs: Mapping[str, str],
) -> Json:
    """The block of a document. `texts` with the fall-backs for title and description in place.

    `page_of` says where the storefront shows the product of a card, which is called `slugs` by language.
    """
    page = page_of(card)
    canonical = texts.canonical or page
    return {
        "title": texts.title,
        "description": texts.description,
        "canonical": canonical,
        "open_graph": {
            "type": "product",
            "title": texts.shared_title or texts.title,
            "description": texts.shared_description or texts.description,
            "url": canonical,
            "image": images[0]["url"] if images else None,
        },
        "json_ld": _json_ld(
            card, texts, {"url": page, "gtin": barcode, "offers": _offers(card, variants, page_of)}, images
        ),
        "alternates": [
            {"language": language, "url": page_of({**card, "slug": slug}), "slug": slug}
            for language, slug in slugs.items()
        ],
    }


def _json_ld(card: Json, texts: Texts, more: Json, images: Sequence[Json]) -> Json:
    brand, rating = card["brand"], card["rating"]
    return _known(
        {
            "@context": SCHEMA,
            "@type": "Product",
            "name": card["title"],
            "description": texts.description,
            "image": [image["url"] for image in images],
            "sku": card["sku"],
            "brand": {"@type": "Brand", "name": brand["name"]} if brand else None,
            "category": card["categories"][0]["name"] if card["categories"] else None,
            "aggregateRating": {
                "@type": "AggregateRating",
                "ratingValue": round(rating["average"], 2),
                "reviewCount": rating["count"],
                "bestRating": 5,
                "worstRating": 1,
            }
            if rating["count"] and rating["average"] is not None
            else None,
            **more,
        }
    )


def _offers(card: Json, variants: Sequence[Json], page_of: PageOf) -> Json | None:
    """The offer of what is sold; of a parent the span of its variants' prices."""
    if card["structure"] != "parent":
        return _offer(card, page_of(card))
    offers = [offer for variant in variants if (offer := _offer(variant, page_of(variant)))]
    currency = offers[0]["priceCurrency"] if offers else None
    prices = [Decimal(offer["price"]) for offer in offers if offer["priceCurrency"] == currency]
    if not prices:
        return None
    return {
        "@type": "AggregateOffer",
        "lowPrice": str(min(prices)),
        "highPrice": str(max(prices)),
        "offerCount": len(prices),
        "priceCurrency": currency,
        "availability": _availability(card),
        "url": page_of(card),
    }


def _offer(card: Json, url: str) -> Json | None:
    price = card["price"]
    if price is None:
        return None
    offer = {
        "@type": "Offer",
        "price": price["net"] if price["gross"] is None else price["gross"],
        "priceCurrency": price["currency"],
        "availability": _availability(card),
        "url": url,
    }
    expected_on = card["availability"]["expected_on"]
    return offer if expected_on is None else {**offer, "availabilityStarts": expected_on}


def _availability(card: Mapping[str, Any]) -> str:
    return f"{SCHEMA}/{AVAILABILITY[card['availability']['code']]}"


def _known(facts: Json) -> Json:
    return {name: value for name, value in facts.items() if value not in (None, "", [])}


def first_text(texts: Iterable[str]) -> str:
    """The first that is not empty."""
    return next(filter(None, texts), "")
