"""The filter bar as plain text in the URL: every view is a link.

Pure: no streamlit, no database. What comes from an address is decoded and checked here;
what is not understood is left out and named by ``problems``, never guessed. The widgets
are in ``components.filter_bar``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from typing import TypeVar
from urllib.parse import urlencode

from dashboard import periods
from storage.models import Intent, Kind, Label, Mark, MentionFilter, Suspects, Urgency

Params = Mapping[str, Sequence[str]]

NAMES = (
    "period",
    "from",
    "to",
    "kind",
    "brand",
    "source",
    "product",
    "topic",
    "label",
    "lang",
    "place",
    "customer",
    "mark",
    "unanswered",
    "seen",
    "intent",
    "urgency",
    "stars",
    "q",
    "suspects",
)
"""Every parameter that belongs to the filter, in the order of the address."""
DISAGREE = "disagree"
"""The value of ``stars`` that leaves those which say the opposite of the text."""
VALUES_KEPT = 50
LONGEST = 200
EARLIEST, LATEST = date(1990, 1, 1), date(2200, 1, 1)

_E = TypeVar("_E", bound=Enum)


def from_params(params: Params, today: date) -> MentionFilter:
    """Return the filter that an address asks for; without a period the last 30 days.

    An empty brand, product or language is a value, too: what names none.
    """
    start, end = _period(params, today)
    return MentionFilter(
        start=start,
        end=end,
        kinds=_members(Kind, params.get("kind", ())),
        brands=_texts(params.get("brand", ()), or_none=True),
        sources=_texts(params.get("source", ())),
        products=_texts(params.get("product", ()), or_none=True),
        topics=_texts(params.get("topic", ())),
        labels=_members(Label, params.get("label", ())),
        langs=_texts(params.get("lang", ()), or_none=True),
        intents=_members(Intent, params.get("intent", ())),
        urgency=_members(Urgency, params.get("urgency", ())),
        disagrees=DISAGREE in params.get("stars", ()),
        text=" ".join(_texts(params.get("q", ()))[:1]),
        suspects=next(iter(_members(Suspects, params.get("suspects", ()))), Suspects.DECIDED),
        places=_texts(params.get("place", ())),
        marks=_members(Mark, params.get("mark", ())),
        unanswered=params.get("unanswered", ()) == ["1"],
        customers=tuple(e for e in _texts(params.get("customer", ())) if _column(e)),
        since=next((moment for each in params.get("seen", ()) if (moment := _moment(each))), None),
    )


def to_params(flt: MentionFilter) -> dict[str, list[str]]:
    """Return the address of a filter, with absolute days; ``from_params`` is its inverse."""
    values: dict[str, Iterable[str]] = {
        "period": ["all"] if flt.start is None and flt.end is None else (),
        "from": [flt.start.isoformat()] if flt.start else (),
        "to": [flt.end.isoformat()] if flt.end else (),
        "kind": [each.value for each in flt.kinds],
        "brand": flt.brands,
        "source": flt.sources,
        "product": flt.products,
        "topic": flt.topics,
        "label": [each.value for each in flt.labels],
        "lang": flt.langs,
        "place": flt.places,
        "customer": flt.customers,
        "mark": [each.value for each in flt.marks],
        "unanswered": ["1"] if flt.unanswered else (),
        "seen": [flt.since.astimezone(UTC).isoformat()] if flt.since else (),
        "intent": [each.value for each in flt.intents],
        "urgency": [each.value for each in flt.urgency],
        "stars": [DISAGREE] if flt.disagrees else (),
        "q": [flt.text] if flt.text else (),
        "suspects": [flt.suspects.value] if flt.suspects else (),
    }
    return {name: list(given) for name, given in values.items() if given}


def preset(params: Params) -> str:
    """Return the name of the chosen preset, "custom" where days are given."""
    if _days(params, "from") or _days(params, "to"):
        return "custom"
    return next((each for each in params.get("period", ()) if each in periods.PRESETS), "30d")


def problems(params: Params) -> list[str]:
    """Return the parameters of an address that were not understood, as name=value."""
    found: list[str] = []
    for name, known in (
        ("period", set(periods.PRESETS) | {"custom"}),
        ("kind", {each.value for each in Kind}),
        ("label", {each.value for each in Label}),
        ("suspects", {each.value for each in Suspects}),
        ("mark", {each.value for each in Mark}),
        ("unanswered", {"1"}),
        ("intent", {each.value for each in Intent}),
        ("urgency", {each.value for each in Urgency}),
        ("stars", {DISAGREE}),
    ):
        found += [f"{name}={each}" for each in params.get(name, ()) if each not in known]
    for name in ("from", "to"):
        found += [f"{name}={each}" for each in params.get(name, ()) if _day(each) is None]
    found += [f"seen={each}" for each in params.get("seen", ()) if _moment(each) is None]
    found += [f"customer={each}" for each in params.get("customer", ()) if not _column(each)]
    for name in ("brand", "source", "product", "topic", "lang", "place", "customer", "q"):
        given = params.get(name, ())
        found += [f"{name}={each}" for each in given if each and _clean(each) is None]
        found += [f"more than {VALUES_KEPT} of {name}"] if len(given) > VALUES_KEPT else []
    return [each[:LONGEST] for each in found]


def _column(text: str) -> bool:
    """Say whether a text names a column of customers and a value, as in "tier=gold"."""
    return bool(text.partition("=")[0].strip()) and "=" in text


def own(params: Params) -> dict[str, list[str]]:
    """Return only the parameters that belong to the filter."""
    return {name: list(params[name]) for name in NAMES if params.get(name)}


def query_string(params: Params) -> str:
    """Return the parameters as they stand in an address."""
    return urlencode([(name, each) for name, given in params.items() for each in given])


def _period(params: Params, today: date) -> tuple[date | None, date | None]:
    start, end = _days(params, "from"), _days(params, "to")
    if start is None and end is None:
        return periods.span(preset(params), today)
    if start is not None and end is not None and start > end:
        return end, start
    return start, end


def _days(params: Params, name: str) -> date | None:
    return next((day for each in params.get(name, ()) if (day := _day(each))), None)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if found.tzinfo is None or not EARLIEST < found.date() < LATEST:
        return None
    return found.astimezone(UTC)


def _members(kind: type[_E], given: Iterable[str]) -> tuple[_E, ...]:
    known = {each.value: each for each in kind}
    return tuple(dict.fromkeys(known[each] for each in given if each in known))


def _texts(given: Sequence[str], *, or_none: bool = False) -> tuple[str, ...]:
    cleaned = [_clean(each) for each in given[:VALUES_KEPT]]
    return tuple(dict.fromkeys(each for each in cleaned if each or (or_none and each == "")))


def _clean(text: str) -> str | None:
    """Return a text that a database can be asked for, None where it is none."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return None
    return text if len(text) <= LONGEST and "\x00" not in text else None
