"""The plan for one file: everything that was guessed about it, to be shown and changed.

A plan is a value. What somebody sets (``mapping``, ``Wishes``) is never guessed; reading
by a plan (``reading.py``) guesses nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

from collectors.tables import headers, orders
from collectors.tables.columns import Column, Guess, guess, is_named
from collectors.tables.dates import Order, zone_named
from collectors.tables.delimited import Delimited
from collectors.tables.dialect import NONE
from collectors.tables.evidence import Evidence, gather
from collectors.tables.headers import Header
from collectors.tables.mapping import resolve
from collectors.tables.profiles import profile
from collectors.tables.readers import Format, open_table
from collectors.tables.scales import Scale, find_scale
from collectors.tables.table import Table
from collectors.tables.vocabulary import PERSONAL, normal
from storage.errors import InputError
from storage.models import Json, Kind

TOP_ROWS = 40
DATES = ("published_at", "updated_at", "reply_at")
KINDS = (Kind.REVIEW, Kind.SURVEY, Kind.SOCIAL)
CONTENT = frozenset({"text", "title", "rating", "nps", "csat", "ces"})
MIDNIGHTS = 5
MIDNIGHT = re.compile(
    r"[T\s]0?0:00(?::00(?:\.0+)?)?\s*(?:Z|UTC|[+-]00:?00)?$|\s12:00(?::00)?\s?am$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What somebody sets about a file; None leaves it to be guessed.

    ``dates`` is ``dmy``, ``mdy`` or ``ymd`` for dates whose year is not first; ``scale``
    is written ``1-10``; ``timezone`` is for times without an offset (default UTC).
    """

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_rows: int | None = None
    dates: str | None = None
    scale: str | None = None
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class DateColumn:
    """How the dates of one column are read."""

    orders: tuple[Order, ...] = ()
    zone: str = "UTC"
    days: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """How a file will be read. ``columns`` maps fields to names of columns.

    ``more_text`` are further columns whose text belongs to the mention, ``dropped`` those
    left out because they say more of a person than is needed, ``rows`` the rows of data.
    ``numbered`` says that ids are plain numbers, which other files will use too.
    """

    path: Path
    table: Table
    header: Header
    kind: Kind
    columns: Mapping[str, str]
    more_text: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    dates: Mapping[str, DateColumn] = field(default_factory=dict)
    scale: Scale | None = None
    identity: str = "content"
    numbered: bool = False
    rows: int = 0
    warnings: tuple[str, ...] = ()

    def describe(self) -> dict[str, Json]:
        """Return the plan as JSON, for people and programs."""
        delimited = self.table if isinstance(self.table, Delimited) else None
        delimiter = delimited.dialect.delimiter if delimited else None
        columns: dict[str, Json] = dict(self.columns)
        if self.more_text:
            columns["text"] = [self.columns["text"], *self.more_text]
        return {
            "file": self.path.name,
            "format": self.table.format,
            "encoding": self.table.encoding,
            "delimiter": None if delimiter == NONE else delimiter,
            "header_rows": self.header.rows,
            "kind": self.kind.value,
            "rows": self.rows,
            "columns": columns,
            "dates": {name: _describe_dates(column) for name, column in self.dates.items()},
            "rating_scale": str(self.scale) if self.scale else None,
            "identity": self.identity,
            "left_out": list(self.dropped),
            "warnings": list(self.warnings),
        }


def plan(
    path: Path,
    *,
    now: datetime,
    kind: Kind | None = None,
    mapping: Mapping[str, str | Sequence[str]] | None = None,
    wishes: Wishes | None = None,
) -> Plan:
    """Guess how to read a file, by one pass over it; InputError where it cannot be read."""
    wishes = wishes or Wishes()
    _check_zone(wishes.timezone)
    table = open_table(path, Format(wishes.encoding, wishes.delimiter, wishes.sheet))
    header = _header(path, table, wishes)
    evidence = gather(table, header.skip, len(header.names))
    if not evidence.rows:
        raise InputError(f"{path.name} has names of columns but no rows")
    columns = [
        Column(name, header.questions[i], profile(evidence.column(i)))
        for i, name in enumerate(header.names)
    ]
    survey = kind is Kind.SURVEY or bool(header.tool) or _is_survey_tool(header)
    given = resolve(mapping or {}, header)
    found = guess(columns, given, survey=survey)
    if not CONTENT & found.fields.keys():
        raise InputError(_nothing_found(path, header))
    if len(header.names) == 1 and not given and not is_named("text", header.names[0]):
        # Any page of prose is a table of one column; feedback it is only if somebody says so.
        raise InputError(
            f"{path.name} does not look like a table of feedback: its only column is called "
            f"{header.names[0][:60]!r}. If each line is one text, say --map text=COLUMN"
        )
    kind = kind or _kind(found, survey)
    dates, warnings = _dates(found, header, evidence, wishes, now)
    return Plan(
        path=path,
        table=table,
        header=header,
        kind=kind,
        columns=found.fields,
        more_text=found.more_text,
        dropped=_personal(found, header),
        dates=dates,
        scale=_scale(found, header, evidence, wishes),
        identity=_identity(found, header, columns),
        numbered=_is_numbered(found, header, columns),
        rows=evidence.rows,
        warnings=(*table.warnings, *_about(header), *_doubts(found), *warnings),
    )


def _check_zone(name: str) -> None:
    try:
        zone_named(name)
    except ValueError as error:
        raise InputError(str(error)) from error


def _header(path: Path, table: Table, wishes: Wishes) -> Header:
    if table.names is not None:
        if not table.names:
            raise InputError(f"{path.name} has no objects with values")
        return headers.of_names(table.names)
    top = list(islice(table.rows(), TOP_ROWS))
    width = table.dialect.width if isinstance(table, Delimited) else 0
    width = width or max((len(row.cells) for row in top), default=0)
    return headers.find(top, width, wishes.header_rows)


def _is_survey_tool(header: Header) -> bool:
    names = {normal(name) for name in header.names}
    return bool(names & {"submit date utc", "network id"}) and "#" in header.names


def _kind(found: Guess, survey: bool) -> Kind:
    if survey or found.fields.keys() & {"nps", "csat", "ces"}:
        return Kind.SURVEY
    named = any("review" in normal(name).split() for name in found.fields.values())
    return Kind.REVIEW if "rating" in found.fields or named else Kind.SOCIAL


def _dates(
    found: Guess, header: Header, evidence: Evidence, wishes: Wishes, now: datetime
) -> tuple[dict[str, DateColumn], tuple[str, ...]]:
    columns: dict[str, DateColumn] = {}
    warnings: list[str] = []
    for name in DATES:
        if name not in found.fields:
            continue
        i = header.names.index(found.fields[name])
        sample = [v for cell in evidence.column(i) if (v := cell.strip())]
        prefixes = evidence.prefixes.get(i, {v[: orders.PREFIX] for v in sample})
        given, doubts = orders.find(prefixes, sample, now, wishes.dates)
        warnings += [w for w in doubts if w not in warnings]
        zone = header.zones[i] if i < len(header.zones) and header.zones[i] else wishes.timezone
        columns[name] = DateColumn(given, zone, _only_days(sample))
    return columns, tuple(warnings)


def _only_days(sample: Sequence[str]) -> bool:
    """Whether every time is midnight: then the export knows days and no times."""
    times = [v for v in sample if ":" in v]
    return len(times) >= MIDNIGHTS and all(map(MIDNIGHT.search, times))


def _scale(found: Guess, header: Header, evidence: Evidence, wishes: Wishes) -> Scale | None:
    if "rating" not in found.fields:
        return None
    i = header.names.index(found.fields["rating"])
    counts = evidence.counts.get(i)
    if counts is None:
        counts = {}
        for value in evidence.column(i):
            counts[value] = counts.get(value, 0) + 1
    trimmed = {value.strip(): count for value, count in counts.items()}
    return find_scale(trimmed, wishes.scale)


def _identity(found: Guess, header: Header, columns: Sequence[Column]) -> str:
    if "id" in found.fields:
        return "id"
    if "url" in found.fields:
        look = columns[header.names.index(found.fields["url"])].profile
        if look.unique >= 0.99 and look.share >= 0.99:
            return "url"
    return "content"


def _is_numbered(found: Guess, header: Header, columns: Sequence[Column]) -> bool:
    if "id" not in found.fields:
        return False
    values = columns[header.names.index(found.fields["id"])].profile.values
    return all(value.isdecimal() and len(value) <= 7 for value in values)


def _personal(found: Guess, header: Header) -> tuple[str, ...]:
    used = {*found.fields.values(), *found.more_text}
    return tuple(n for n in header.names if n not in used and PERSONAL.search(normal(n)))


def _about(header: Header) -> tuple[str, ...]:
    notes = []
    if header.before:
        notes.append(f"{header.before} lines above the names of columns are skipped")
    if header.names and not header.rows and header.names[0].startswith("column "):
        notes.append("there are no names of columns: they are called column 1, column 2 …")
    return tuple(notes)


def _doubts(found: Guess) -> tuple[str, ...]:
    return tuple(
        f"the values of {column!r} do not look like {name}: --map {name}={column} takes them anyway"
        for name, column in found.doubtful
    )


def _nothing_found(path: Path, header: Header) -> str:
    shown = ", ".join(header.names[:20]) + (" …" if len(header.names) > 20 else "")
    return (
        f"no column of {path.name} looks like a text, a rating or a score: "
        f"name one with --map text=COLUMN (columns: {shown})"
    )


def _describe_dates(column: DateColumn) -> Json:
    return {
        "orders": {o.separator: f"{o.order} ({o.reason})" for o in column.orders},
        "timezone": column.zone,
        "days_only": column.days,
    }
