"""Customers with their addresses. Those of LOGINS can log in; the others have no usable password."""

from dataclasses import dataclass
from typing import Final

from forked_apps.address.validation import PostalAddress


@dataclass(frozen=True, slots=True)
class Person:
    """A customer who writes reviews and orders, and never logs in."""

    email: str
    username: str
    first_name: str
    last_name: str


CARL: Final = "customer@example.com"
CLARA: Final = "clara@example.com"
HANNAH: Final = "hannah.reyes@example.com"
OLIVER: Final = "oliver.brandt@example.com"
SOFIA: Final = "sofia.lindqvist@example.com"
JAMES: Final = "james.okafor@example.com"
MARIA: Final = "maria.costa@example.com"
TOM: Final = "tom.whitaker@example.com"
YUKI: Final = "yuki.tanaka@example.com"
EMMA: Final = "emma.leroux@example.com"
LIAM: Final = "liam.carter@example.com"

PEOPLE: Final = (
    Person(HANNAH, "hannah", "Hannah", "Reyes"),
    Person(OLIVER, "oliver", "Oliver", "Brandt"),
    Person(SOFIA, "sofia", "Sofia", "Lindqvist"),
    Person(JAMES, "james", "James", "Okafor"),
    Person(MARIA, "maria", "Maria", "Costa"),
    Person(TOM, "tom", "Tom", "Whitaker"),
    Person(YUKI, "yuki", "Yuki", "Tanaka"),
    Person(EMMA, "emma", "Emma", "Leroux"),
    Person(LIAM, "liam", "Liam", "Carter"),
)

#: E-mail address -> address book; the first is the default for deliveries and bills.
ADDRESSES: Final[dict[str, tuple[PostalAddress, ...]]] = {
    CARL: (
        PostalAddress("GB", "14 Market Street", "Hebden Bridge", "Carl", "Customer", postcode="HX7 6AA"),
        PostalAddress("GB", "Unit 3, Albion Mill", "Manchester", "Carl", "Customer", postcode="M4 6AG"),
    ),
    CLARA: (
        PostalAddress("GB", "2 Harbour Terrace", "Whitby", "Clara", "Client", postcode="YO21 1DH"),
        PostalAddress("DE", "Lindenstraße 8", "Hamburg", "Clara", "Client", postcode="20099"),
    ),
    HANNAH: (PostalAddress("GB", "Flat 5, 31 Causeway Road", "Edinburgh", "Hannah", "Reyes", postcode="EH9 1PH"),),
    OLIVER: (PostalAddress("DE", "Am Alten Markt 12", "Lübeck", "Oliver", "Brandt", postcode="23552"),),
    SOFIA: (PostalAddress("SE", "Storgatan 4", "Uppsala", "Sofia", "Lindqvist", postcode="753 31"),),
    JAMES: (PostalAddress("GB", "77 Elm Grove", "Bristol", "James", "Okafor", postcode="BS6 5AA"),),
    MARIA: (PostalAddress("PT", "Rua das Flores 60", "Porto", "Maria", "Costa", postcode="4050-262"),),
    TOM: (PostalAddress("GB", "The Old Forge, Mill Lane", "Ludlow", "Tom", "Whitaker", postcode="SY8 1AA"),),
    YUKI: (PostalAddress("JP", "2-11-3 Meguro", "Meguro-ku", "Yuki", "Tanaka", state="Tokyo", postcode="153-0063"),),
    EMMA: (PostalAddress("FR", "9 rue des Tanneurs", "Lyon", "Emma", "Leroux", postcode="69001"),),
    LIAM: (PostalAddress("US", "123 Main St", "Portland", "Liam", "Carter", state="OR", postcode="97205"),),
}
