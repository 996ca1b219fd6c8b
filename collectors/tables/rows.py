"""One row of a table becomes an observation, or a refusal with its reason.

A rating or score that cannot be read refuses the row; a date that cannot be read, or is
before 1990 or in the future, leaves the row undated and is counted. A row must hold a
text, a title, a rating or a score.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from collectors.tables.dates import Dates, zone_named
from collectors.tables.identity import Identities
from collectors.tables.plans import DATES, Plan
from collectors.tables.profiles import BLANK
from collectors.tables.scales import MISSING, STEPS, BadScore, Ratings, Steps
from collectors.tables.table import MAX_TEXT
from collectors.tables.words import label_of, language_of
from storage.models import Label, Observation, Precision, Refusal, Source

MAX_TITLE = 10_000
MAX_NAME = 1_000
MAX_URL = 2_000
MAX_EXTRA_NAME = 100
MAX_EXTRA_VALUE = 500
MAX_EXTRAS = 60
NOTHING = -1
"""Position of a column that a file lacks: it reads the empty cell put at the end."""


class BadRow(ValueError):
    """The row cannot be taken; the message is the reason shown to people."""


class RowTaker:
    """Takes rows by a plan. ``notes`` counts what was mended, by what it was."""

    def __init__(self, plan: Plan, source: Source, now: datetime) -> None:
        names = plan.header.names
        at = {field: names.index(column) for field, column in plan.columns.items()}
        self._at = at
        self._width = len(names)
        self._place = source.id
        self._kind = plan.kind
        self._brand, self._product = source.brand, source.product
        self._texts = [names.index(column) for column in plan.more_text]
        self._dates = {
            field: Dates(column.orders, zone_named(column.zone), now, days=column.days)
            for field, column in plan.dates.items()
        }
        self._ratings = Ratings(plan.scale) if plan.scale else None
        self._steps = [(STEPS[name], at[name]) for name in STEPS if name in at]
        used = {*at.values(), *self._texts, *map(names.index, plan.dropped)}
        self._extras = [(n[:MAX_EXTRA_NAME], i) for i, n in enumerate(names) if i not in used]
        self._by_url = plan.identity == "url"
        self._identities = Identities()
        self.notes: Counter[str] = Counter()
        (
            self._id, self._title, self._text, self._author, self._rating, self._label,
            self._brand_at, self._product_at, self._place_at, self._url, self._lang, self._reply,
        ) = (
            at.get(field, NOTHING)
            for field in (
                "id", "title", "text", "author", "rating", "label",
                "brand", "product", "place", "url", "lang", "reply_text",
            )
        )  # fmt: skip

    def take(self, line: int, cells: list[str]) -> Observation | Refusal:
        """Return what the row says, or why it is refused. ``cells`` is used up."""
        try:
            return self._take(self._fitted(cells))
        except (BadRow, BadScore) as error:
            return Refusal(line, str(error))

    def _fitted(self, cells: list[str]) -> list[str]:
        """Make the row as wide as the header, plus the empty cell for missing columns."""
        missing = self._width - len(cells)
        if missing:
            if missing > 0:
                self.notes["rows with fewer cells than names were filled up"] += 1
                cells.extend([""] * missing)
            elif any(cell.strip() for cell in cells[self._width :]):
                raise BadRow(f"{len(cells)} cells where the header has {self._width}")
            else:
                del cells[self._width :]
        cells.append("")
        return cells

    def _take(self, cells: list[str]) -> Observation:
        title = _written(cells[self._title], MAX_TITLE, "title")
        text = self._whole_text(cells)
        extra = self._extra(cells)
        rating = self._stars(cells, extra)
        nps, csat, ces = self._scores(cells)
        if not (text or title) and rating is None and nps is csat is ces is None:
            raise BadRow("no text, no rating and no score")
        published, precision = self._date("published_at", cells)
        updated, _ = self._date("updated_at", cells)
        replied, _ = self._date("reply_at", cells)
        author = _name(cells[self._author], "author")
        product = _name(cells[self._product_at], "product")
        place = _name(cells[self._place_at], "place")
        url = self._link(cells[self._url].strip(), extra)
        native_id = self._native_id(cells[self._id].strip(), url)
        if not native_id:
            native_id = self._identities.of_content(
                (
                    author, self._when(published, cells), title, text, str(rating), str(nps),
                    str(csat), str(ces), product, place, url,
                )
            )  # fmt: skip
        return Observation(
            place=self._full_place(place),
            native_id=native_id,
            kind=self._kind,
            title=title,
            text=text,
            author=author,
            url=url,
            published_at=published,
            precision=precision,
            updated_at=updated,
            rating=rating,
            nps=nps,
            csat=csat,
            ces=ces,
            lang=language_of(lang) if (lang := cells[self._lang]) else None,
            brand=_name(cells[self._brand_at], "brand") or self._brand,
            product=product or self._product,
            reply_text=_written(cells[self._reply], MAX_TEXT, "reply"),
            reply_at=replied,
            label=self._said(cells[self._label].strip()),
            extra=extra,
        )

    def _whole_text(self, cells: list[str]) -> str:
        text = _written(cells[self._text], MAX_TEXT, "text")
        if not self._texts:
            return text
        parts = [text, *(_written(cells[i], MAX_TEXT, "text") for i in self._texts)]
        return _written("\n\n".join(filter(None, parts)), MAX_TEXT, "text")

    def _extra(self, cells: list[str]) -> dict[str, str]:
        extra = {n: v[:MAX_EXTRA_VALUE] for n, i in self._extras if (v := cells[i])}
        if len(extra) > MAX_EXTRAS:
            self.notes[f"rows had more than {MAX_EXTRAS} unmapped cells: the rest is left out"] += 1
            extra = dict(list(extra.items())[:MAX_EXTRAS])
        return extra

    def _stars(self, cells: list[str], extra: dict[str, str]) -> float | None:
        written = cells[self._rating].strip()
        if not written or self._ratings is None or written.lower() in MISSING:
            return None
        stars, converted_from = self._ratings.stars(written)
        if converted_from:
            extra["rating"] = written[:MAX_EXTRA_VALUE]
            extra["rating_scale"] = converted_from
        return stars

    def _scores(self, cells: list[str]) -> tuple[int | None, int | None, int | None]:
        if not self._steps:
            return None, None, None
        found = {steps.name.lower(): _step(steps, cells[i].strip()) for steps, i in self._steps}
        return found.get("nps"), found.get("csat"), found.get("ces")

    def _date(self, field: str, cells: list[str]) -> tuple[datetime | None, Precision]:
        position = self._at.get(field)
        if position is None:
            return None, Precision.SECOND
        written = cells[position].strip()
        if not written or written.lower() in MISSING:
            return None, Precision.SECOND
        found = self._dates[field].parse(written)
        if found is None:
            self.notes[f"values of {field} are not sensible dates and were left out"] += 1
            return None, Precision.SECOND
        return found

    def _when(self, published: datetime | None, cells: list[str]) -> str:
        if published is not None:
            return published.isoformat()
        return cells[self._at.get(DATES[0], NOTHING)].strip()

    def _link(self, url: str, extra: dict[str, str]) -> str:
        if not url or url in BLANK:
            return ""
        if url[:8].lower().startswith(("http://", "https://")) and len(url) <= MAX_URL:
            return url
        extra["url"] = url[:MAX_EXTRA_VALUE]
        return ""

    def _native_id(self, given: str, url: str) -> str:
        if given and given not in BLANK:
            return self._identities.given(given)
        return self._identities.given(url) if self._by_url and url else ""

    def _full_place(self, place: str) -> str:
        """Put the source before a place of the file, unless it already stands there."""
        if not place or place == self._place or place.startswith(self._place + ":"):
            return place or self._place
        return f"{self._place}:{place}"

    def _said(self, written: str) -> Label | None:
        if not written or (written.lower() in MISSING and written != "-"):
            return None
        label = label_of(written)
        if label is None:
            raise BadRow(f"label {written[:40]!r} is not negative, neutral or positive")
        return label


def _written(cell: str, limit: int, what: str) -> str:
    text = cell.strip()
    if text in BLANK:
        return ""
    if len(text) > limit:
        raise BadRow(f"the {what} has {len(text):,} characters, more than {limit:,}")
    return text


def _name(cell: str, what: str) -> str:
    name = cell.strip()
    return "" if name in BLANK else _written(name, MAX_NAME, what)


def _step(steps: Steps, written: str) -> int | None:
    return None if written.lower() in MISSING else steps.read(written)
