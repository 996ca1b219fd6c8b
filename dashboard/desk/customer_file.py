"""Reading a list of customers: key, name, tier, value, owner, and any further column. Pure.

Column names are matched without regard to letter case; every row that is refused is told
with its line.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import NamedTuple

from storage.customers import Customer
from storage.errors import InputError
from storage.models import Refusal

KNOWN = ("key", "name", "tier", "value", "owner")
LIMIT = 500
"""Letters of one cell."""


class Customers(NamedTuple):
    """What a file holds: customers, refused rows, and the further columns."""

    rows: tuple[Customer, ...]
    refused: tuple[Refusal, ...]
    columns: tuple[str, ...]


def read(content: bytes, owners: Mapping[str, int]) -> Customers:
    """Read a CSV file; ``owners`` are people's ids by their name in small letters."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("the file is not UTF-8; save it as CSV UTF-8") from error
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restkey="")
    names = {name: " ".join((name or "").split()) for name in reader.fieldnames or ()}
    known = {shown.casefold(): name for name, shown in names.items() if shown}
    if "key" not in known:
        raise InputError("the first line needs a column “key”: the name that the site shows")
    further = {shown: name for name, shown in names.items() if shown.casefold() not in KNOWN}
    further.pop("", None)
    rows: dict[str, Customer] = {}
    refused = []
    for row in reader:
        try:
            customer = _customer(row, known, further, owners)
            if customer.key in rows:
                raise InputError(f"the key {customer.key!a} stands in the file twice")
            rows[customer.key] = customer
        except InputError as error:
            refused.append(Refusal(reader.line_num, str(error)))
    return Customers(tuple(rows.values()), tuple(refused), tuple(further))


def _customer(
    row: Mapping[str, str | None],
    known: Mapping[str, str],
    further: Mapping[str, str],
    owners: Mapping[str, int],
) -> Customer:
    if None in row.values():
        raise InputError("the line has too few cells")
    cells = {name: str(row.get(column) or "").strip() for name, column in known.items()}
    if any(len(each) > LIMIT for each in cells.values()):
        raise InputError(f"a cell has more than {LIMIT} letters")
    if not cells["key"]:
        raise InputError("the key is empty")
    owner = cells.get("owner", "")
    if owner and owner.casefold() not in owners:
        raise InputError(f"nobody in the team is called {owner!a}")
    return Customer(
        cells["key"],
        cells.get("name", ""),
        cells.get("tier", ""),
        _number(cells.get("value", "")),
        owners.get(owner.casefold()),
        {name: str(row.get(column) or "").strip() for name, column in further.items()},
    )


def _number(text: str) -> float | None:
    if not text:
        return None
    try:
        found = float(text.replace(" ", "").replace(",", "." if "." not in text else ""))
    except ValueError as error:
        raise InputError(f"the value {text!a} is no number") from error
    if not abs(found) < 1e15:
        raise InputError(f"the value {text!a} is no number")
    return found
