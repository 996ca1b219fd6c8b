"""In which language a summary speaks, and how it writes numbers and dates.

Sentences stand in the code in English; ``speech_de.toml`` and its like hold them in other
languages, by the English one, with the same names in braces. What no list has stays English.
``speaking`` sets the language for a body of code; a page or command that sets none is English.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from dashboard.reports import locales


@dataclass(frozen=True, slots=True)
class Speech:
    """One locale: its sentences by the English ones, and its forms of numbers and dates.

    ``least`` is how many digits a number has at least that is written in groups. Dates are
    put together of ``d``, ``mon``, ``month``, ``y`` and ``yy``; ``clock`` is 12 or 24 hours.
    ``capitals`` says that nouns keep their capital within a sentence.
    """

    locale: str
    phrases: Mapping[str, str]
    decimal: str
    group: str
    day: str
    short_day: str
    month: str
    short_month: str
    months: tuple[str, ...]
    short_months: tuple[str, ...]
    least: int = 4
    clock: int = 24
    capitals: bool = False

    @property
    def lang(self) -> str:
        """Its language, ISO 639-1."""
        return self.locale.partition("-")[0]


@lru_cache(maxsize=8)
def of(locale: str) -> Speech:
    """Return a locale by its tag; raises InputError for one that is not known."""
    known = locales.known(locale)
    path = Path(__file__).with_name(f"speech_{known.partition('-')[0]}.toml")
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    form = raw["form"] | raw.get(known, {})
    form |= {name: tuple(form[name]) for name in ("months", "short_months")}
    return Speech(known, raw.get("phrases", {}), **form)


_CURRENT: ContextVar[Speech | None] = ContextVar("speech", default=None)


@contextmanager
def speaking(locale: str) -> Iterator[Speech]:
    """Let everything within speak so."""
    before = _CURRENT.set(of(locale))
    try:
        yield current()
    finally:
        _CURRENT.reset(before)


def current() -> Speech:
    """Return the speech of now."""
    return _CURRENT.get() or of(locales.DEFAULT)


def say(phrase: str, **parts: object) -> str:
    """Return a sentence in the language of now, its parts put in."""
    said = current().phrases.get(phrase, phrase)
    return said.format(**parts) if parts else said


def number(value: float, digits: int = 0) -> str:
    """Write a number in the manner of now, with a real minus."""
    how = current()
    whole, dot, part = f"{abs(value):,.{digits}f}".partition(".")
    plain = whole.replace(",", "")
    written = plain if len(plain) < how.least else whole.replace(",", how.group)
    sign = "−" if value < 0 and float(f"{plain}.{part or 0}") else ""
    return f"{sign}{written}{how.decimal if dot else ''}{part}"


def inline(said: str) -> str:
    """Write a name within a sentence; abbreviations and German nouns keep their capitals."""
    if current().capitals or said[:2].isupper():
        return said
    return said[0].lower() + said[1:]


def day(when: date) -> str:
    """Write a day."""
    return _date(current().day, when)


def short_day(when: date) -> str:
    """Write a day without its year."""
    return _date(current().short_day, when)


def month(when: date) -> str:
    """Write a month with its year."""
    return _date(current().month, when)


def short_month(when: date) -> str:
    """Write a month with its year, as short as can be."""
    return _date(current().short_month, when)


def clock(when: datetime) -> str:
    """Write a time of the day."""
    if current().clock == 12:
        return f"{(when.hour - 1) % 12 + 1}:{when:%M} {'AM' if when.hour < 12 else 'PM'}"
    return f"{when:%H:%M}"


def _date(form: str, when: date) -> str:
    how, index = current(), when.month - 1
    return form.format(
        d=when.day,
        mon=how.short_months[index],
        month=how.months[index],
        y=when.year,
        yy=f"{when.year % 100:02}",
    )
