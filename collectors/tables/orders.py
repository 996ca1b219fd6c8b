"""Whether 03/04/2024 is in March or in April: the evidence of a whole column."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from collectors.tables.dates import Dates, Order
from storage.errors import InputError

PREFIX = 6
"""Characters that show the first two parts of a date."""
ORDERS = ("dmy", "mdy", "ymd")
_START = re.compile(r"(\d{1,2})([./-])\s?(\d{1,2})(?!\d)")


def find(
    prefixes: Iterable[str], values: Iterable[str], now: datetime, given: str | None = None
) -> tuple[tuple[Order, ...], tuple[str, ...]]:
    """Return the order per separator, and a warning for each that had no evidence.

    ``prefixes`` are the beginnings of all values of a column, ``values`` a sample.
    """
    if given is not None and given not in ORDERS:
        raise InputError(f"there is no date order {given!r}: it is one of {', '.join(ORDERS)}")
    parts: dict[str, set[tuple[int, int]]] = {}
    for prefix in prefixes:
        if match := _START.match(prefix):
            parts.setdefault(match[2], set()).add((int(match[1]), int(match[3])))
    sample = list(values)
    found = [
        Order(separator, given, "as asked") if given else _order(separator, pairs, sample, now)
        for separator, pairs in sorted(parts.items())
    ]
    # A separator without evidence of its own follows one that has it.
    sure = {order.order for order in found if order.reason != GUESS}
    if len(sure) == 1:
        only = sure.pop()
        found = [o if o.reason != GUESS else Order(o.separator, only, "as others") for o in found]
    warnings = tuple(
        f"{'day' if o.order == 'dmy' else 'month'} first is a guess for dates like "
        f"{_example(sample, o.separator)}: no value decides it"
        for o in found
        if o.reason == GUESS
    )
    return tuple(found), warnings


GUESS = "guessed"


def _order(separator: str, pairs: set[tuple[int, int]], sample: list[str], now: datetime) -> Order:
    firsts = [first for first, _ in pairs]
    if max(firsts) > 31:
        return Order(separator, "ymd", f"{max(firsts)} comes first")
    day_first = sum(1 for first, second in pairs if first > 12 >= second)
    month_first = sum(1 for first, second in pairs if second > 12 >= first)
    if day_first or month_first:
        order = "dmy" if day_first >= month_first else "mdy"
        return Order(separator, order, f"{max(day_first, month_first)} values allow nothing else")
    likely = [o for o in ("dmy", "mdy") if _sensible(o, separator, sample, now)]
    if len(likely) == 1:
        return Order(separator, likely[0], "the other way is in the future")
    values = [v for v in sample if separator in v[:3]]
    american = separator == "/" and any(
        re.search(r"[ap]\.?m\b", v, re.IGNORECASE) or re.match(r"[1-9]/", v) for v in values
    )
    return Order(separator, "mdy" if american else "dmy", GUESS)


def _sensible(order: str, separator: str, sample: list[str], now: datetime) -> bool:
    dates = Dates([Order(separator, order, "")], now.tzinfo or now.astimezone().tzinfo, now)  # type: ignore[arg-type]
    return all(dates.parse(v) is not None for v in sample if _START.match(v) and separator in v[:3])


def _example(sample: list[str], separator: str) -> str:
    return next((value[:20] for value in sample if separator in value[:3]), f"1{separator}2")
