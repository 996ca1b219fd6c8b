"""The channels on which people talk about the sample company, and how much they talk there.

Not a collector: an outlet says which source a text belongs to, what form it has and how
many a day there are at the end of the story; ``company.SOURCES`` is made of these.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from storage.models import Kind


class Form(StrEnum):
    """What a text of an outlet looks like."""

    STORE = "store"
    SITE = "site"
    NPS = "nps"
    CSAT = "csat"
    CES = "ces"
    FORUM = "forum"
    MICRO = "micro"
    ARTICLE = "article"
    CHAT = "chat"


class Outlet(NamedTuple):
    """One channel. ``rate`` is items a day at the end; ``langs`` weights en, de, fr, es.

    ``weekend`` multiplies the rate on Saturday and Sunday. ``brand`` is None where several
    brands are talked about in one place.
    """

    id: str
    title: str
    form: Form
    kind: Kind
    brand: str | None
    place: str
    rate: float
    weekend: float = 1.0
    langs: tuple[int, int, int, int] = (82, 8, 6, 4)


def _listings() -> tuple[Outlet, ...]:
    own, lark, vend = "Pantrelo", "Larkbasket", "Vendroo"
    stores = (("appstore", "App Store", 0.4), ("playstore", "Play Store", 0.6))
    size = {own: 18.0, lark: 6.0, vend: 4.8}
    made = [
        Outlet(
            f"{key}-{brand.lower()}",
            f"{title}: {brand}",
            Form.STORE,
            Kind.REVIEW,
            brand,
            f"{key}:{brand.lower()}",
            size[brand] * share,
            1.15,
        )
        for brand in (own, lark, vend)
        for key, title, share in stores
    ]
    made += [
        Outlet(
            f"tellwell-{brand.lower()}",
            f"Tellwell: {brand}",
            Form.SITE,
            Kind.REVIEW,
            brand,
            f"tellwell:{brand.lower()}",
            rate,
            0.9,
        )
        for brand, rate in ((own, 5.6), (lark, 2.2), (vend, 1.7))
    ]
    return tuple(made)


OUTLETS: tuple[Outlet, ...] = (
    *_listings(),
    Outlet(
        "nps-orders",
        "Survey after an order (NPS)",
        Form.NPS,
        Kind.SURVEY,
        "Pantrelo",
        "survey:nps-orders",
        9.5,
        0.8,
    ),
    Outlet(
        "nps-plus",
        "Survey of Plus members (NPS)",
        Form.NPS,
        Kind.SURVEY,
        "Pantrelo",
        "survey:nps-plus",
        2.4,
        0.8,
    ),
    Outlet(
        "csat-support",
        "Survey after a support ticket (CSAT)",
        Form.CSAT,
        Kind.SURVEY,
        "Pantrelo",
        "survey:csat-support",
        6.0,
        0.5,
    ),
    Outlet(
        "ces-selfservice",
        "Survey on effort (CES)",
        Form.CES,
        Kind.SURVEY,
        "Pantrelo",
        "survey:ces-selfservice",
        3.4,
        0.6,
    ),
    Outlet(
        "grapevine-groceries",
        "Grapevine: Groceries",
        Form.FORUM,
        Kind.SOCIAL,
        None,
        "grapevine:groceries",
        1.7,
        1.1,
        (86, 6, 4, 4),
    ),
    Outlet(
        "grapevine-frugal",
        "Grapevine: Frugal living",
        Form.FORUM,
        Kind.SOCIAL,
        None,
        "grapevine:frugal",
        0.7,
        1.1,
        (92, 4, 2, 2),
    ),
    Outlet("chirrup", "Chirrup posts", Form.MICRO, Kind.SOCIAL, None, "chirrup", 9.0, 0.95),
    Outlet(
        "news",
        "Business news",
        Form.ARTICLE,
        Kind.ARTICLE,
        None,
        "news",
        0.8,
        0.3,
        (72, 28, 0, 0),
    ),
    Outlet(
        "trade-blogs",
        "Trade blogs",
        Form.ARTICLE,
        Kind.ARTICLE,
        None,
        "trade-blogs",
        0.4,
        0.3,
        (85, 15, 0, 0),
    ),
    Outlet(
        "chat",
        "Support chat",
        Form.CHAT,
        Kind.CONVERSATION,
        "Pantrelo",
        "chat",
        4.4,
        0.5,
    ),
    Outlet(
        "tickets",
        "Support tickets",
        Form.CHAT,
        Kind.CONVERSATION,
        "Pantrelo",
        "tickets",
        2.6,
        0.6,
    ),
)

BY_ID: dict[str, Outlet] = {outlet.id: outlet for outlet in OUTLETS}
