"""The filter bar as options of a command line; not the commands that use it.

A value that no stored thing bears is refused with the nearest one that exists, so that a
slip of the pen is not mistaken for "nothing was said".
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, NamedTuple, TypeVar

import click

from storage.errors import InputError
from storage.models import Intent, Kind, Label, Mark, MentionFilter, Suspects, Urgency

F = TypeVar("F", bound=Callable[..., Any])

_DAY = click.DateTime(["%Y-%m-%d"])


class Chosen(NamedTuple):
    """What was typed, before it is held against the database."""

    start: datetime | None
    end: datetime | None
    kinds: tuple[str, ...]
    brands: tuple[str, ...]
    sources: tuple[str, ...]
    products: tuple[str, ...]
    topics: tuple[str, ...]
    labels: tuple[str, ...]
    langs: tuple[str, ...]
    intents: tuple[str, ...]
    urgency: tuple[str, ...]
    disagrees: bool
    text: str
    suspects: str | None
    places: tuple[str, ...]
    marks: tuple[str, ...]
    unanswered: bool
    since: datetime | None
    customers: tuple[str, ...]

    def filter(self, conn: sqlite3.Connection) -> MentionFilter:
        """Return the filter; refuse names that the database does not know."""
        start, end = _day(self.start), _day(self.end)
        if start and end and start > end:
            raise InputError(f"--from {start} lies after --to {end}")
        _known(conn, "brand", "SELECT name FROM brands WHERE id > 0", self.brands)
        _known(conn, "source", "SELECT key FROM sources WHERE id > 0", self.sources)
        _known(conn, "product", "SELECT name FROM products WHERE id > 0", self.products)
        _known(conn, "topic", "SELECT key FROM topics", self.topics)
        _known(conn, "place", "SELECT key FROM places", self.places)
        return MentionFilter(
            start=start,
            end=end,
            kinds=tuple(Kind(each) for each in self.kinds),
            brands=self.brands,
            sources=self.sources,
            products=self.products,
            topics=self.topics,
            labels=tuple(Label(each) for each in self.labels),
            langs=tuple(each.lower() for each in self.langs),
            intents=tuple(Intent(each) for each in self.intents),
            urgency=tuple(Urgency(each) for each in self.urgency),
            disagrees=self.disagrees,
            text=self.text,
            suspects=Suspects(self.suspects or ""),
            places=self.places,
            marks=tuple(Mark(each) for each in self.marks),
            unanswered=self.unanswered,
            since=_moment(conn, self.since),
            customers=_customers(conn, self.customers),
        )


def filters(command: F) -> F:
    """Add the options of the filter bar; ``chosen(options)`` reads what they collect."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def chosen(options: dict[str, Any]) -> Chosen:
    """Take the filter's options out of a command's keyword arguments."""
    return Chosen(**{name: options.pop(name) for name in Chosen._fields})


def _many(flag: str, name: str, help_text: str, values: Iterable[str] = ()) -> Callable[[F], F]:
    kind = click.Choice(list(values)) if values else None
    return click.option(flag, name, multiple=True, type=kind, help=f"{help_text} May repeat.")


_OPTIONS: tuple[Callable[[Any], Any], ...] = (
    click.option("--from", "start", type=_DAY, help="First day, in the reporting timezone."),
    click.option("--to", "end", type=_DAY, help="Last day, included."),
    _many("--kind", "kinds", "Kind of feedback.", [each.value for each in Kind]),
    _many("--brand", "brands", "Brand."),
    _many("--source", "sources", "Id of a source."),
    _many("--product", "products", "Product."),
    _many("--topic", "topics", "Key of a topic; several mean any of them."),
    _many("--label", "labels", "Counted label.", [each.value for each in Label]),
    _many("--lang", "langs", "Language as ISO 639-1, such as de."),
    _many("--intent", "intents", "What the writer wants.", [each.value for each in Intent]),
    _many("--urgency", "urgency", "What cannot wait.", [each.value for each in Urgency]),
    click.option("--disagrees", is_flag=True, help="Stars say the opposite of the text."),
    click.option("--text", default="", help="Words that the text holds; quotes make a phrase."),
    click.option(
        "--suspects",
        type=click.Choice([each.value for each in Suspects if each]),
        help="With, without or only suspicious look-alikes and those that a person excluded."
        "  [default: all but the excluded]",
    ),
    _many("--place", "places", "Place, such as play:com.acme."),
    _many("--mark", "marks", "What bears this mark.", [each.value for each in Mark]),
    click.option("--unanswered", is_flag=True, help="Only what nobody answered yet."),
    click.option(
        "--seen-since",
        "since",
        type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]),
        help="First seen at that time or later, in the reporting timezone.",
    ),
    _many("--customer", "customers", "Column of known customers, such as tier=gold."),
)


def _day(value: datetime | None) -> date | None:
    return None if value is None else value.date()


def _moment(conn: sqlite3.Connection, value: datetime | None) -> datetime | None:
    from zoneinfo import ZoneInfo

    from storage import workspace

    return None if value is None else value.replace(tzinfo=ZoneInfo(workspace.timezone(conn)))


def _customers(conn: sqlite3.Connection, wanted: tuple[str, ...]) -> tuple[str, ...]:
    """Return columns of customers with values; refuse columns that nobody has."""
    from storage import customer_columns

    for each in wanted:
        customer_columns.known(conn, customer_columns.parted(each)[0])
    return wanted


def _known(conn: sqlite3.Connection, what: str, sql: str, wanted: Iterable[str]) -> None:
    from difflib import get_close_matches

    if not wanted:
        return
    names = [str(row[0]) for row in conn.execute(sql)]
    for each in wanted:
        if each in names:
            continue
        near = get_close_matches(each, names, n=1) or names[:5]
        hint = f"; did you mean {near[0]!r}?" if len(near) == 1 else f"; known: {', '.join(near)}"
        raise InputError(f"there is no {what} {each!r}{hint if names else ''}")
