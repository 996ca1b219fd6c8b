"""Whether the values of a column can be what its name says: one test per field."""

from __future__ import annotations

from collections.abc import Callable

from collectors.tables.profiles import Profile

THUMBS = frozenset({"-1", "0", "1", "-1.0", "0.0", "1.0"})


def _is_id(p: Profile, score: float) -> bool:
    # A few repeated ids are one mention seen twice; many are the id of something else.
    enough = 0.99 if score < 90 else 0.9 if p.filled > 20 else 0.51
    return p.filled > 0 and p.share >= 0.5 and p.unique >= enough


def _is_date(p: Profile, _: float) -> bool:
    return not p.filled or max(p.dates, p.epochs) >= 0.25


def _is_rating(p: Profile, score: float) -> bool:
    if not p.filled:
        return True
    thumbs = p.values <= THUMBS and p.distinct > 1
    return not thumbs and p.marks >= 0.25 and p.words < 6 and (score > 50 or _in_stars(p))


def _in_stars(p: Profile) -> bool:
    """A ``score`` may count anything: it is a rating only if all values are like stars."""
    return p.written_marks > 0.9 or (
        p.marks > 0.9 and p.distinct <= 20 and all(map(_up_to_ten, p.values))
    )


def _up_to_ten(value: str) -> bool:
    try:
        return 0 <= float(value.replace(",", ".")) <= 10
    except ValueError:
        return False


def _is_step(name: str) -> Callable[[Profile, float], bool]:
    def fits(p: Profile, score: float) -> bool:
        if not p.filled:
            return score > 90
        yes_or_no = p.distinct <= 2 and p.filled > 10 and p.values <= {"0", "1"}
        return p.steps[name] >= (0.25 if score > 90 else 0.6) and not yes_or_no

    return fits


def _is_text(p: Profile, _: float) -> bool:
    return not p.filled or not (
        p.numbers > 0.8 or p.dates > 0.8 or p.links > 0.8 or p.written_marks > 0.8
    )


def _is_name(p: Profile, score: float) -> bool:
    # "name" with few values is what was reviewed, not who reviewed it.
    many = score > 50 or p.distinct > 50 or p.unique > 0.3
    return p.filled > 0 and p.dates < 0.5 and p.links < 0.5 and p.words < 8 and many


def _never(_profile: Profile, _score: float) -> bool:
    return False


def _is_short(p: Profile, _: float) -> bool:
    return p.filled > 0 and p.dates < 0.5 and p.links < 0.5 and p.words < 20


def _is_link(p: Profile, _: float) -> bool:
    return p.filled > 0 and p.links >= 0.25


def _is_language(p: Profile, _: float) -> bool:
    return not p.filled or (p.numbers < 0.5 and p.words < 3)


FITS: dict[str, Callable[[Profile, float], bool]] = {
    "id": _is_id,
    "title": _is_text,
    "text": _is_text,
    "author": _is_name,
    "published_at": _is_date,
    "updated_at": _is_date,
    "rating": _is_rating,
    "nps": _is_step("nps"),
    "csat": _is_step("csat"),
    "ces": _is_step("ces"),
    "label": _never,
    "brand": _is_short,
    "product": _is_short,
    "place": _is_short,
    "url": _is_link,
    "lang": _is_language,
    "reply_text": _is_text,
    "reply_at": _is_date,
}
"""Each takes the look of the values and how well the name fits (above 50: well)."""
