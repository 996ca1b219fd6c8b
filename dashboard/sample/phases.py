"""The course of the story: how strongly each episode is felt on a day, and what follows.

Pure arithmetic on "days ago"; no texts, no chance. ``phase(ago)`` is the weather of one
day; volumes, stars and topics are read from it.
"""

from __future__ import annotations

from functools import lru_cache
from math import exp
from typing import NamedTuple

from dashboard.sample.outlets import Form, Outlet

DAYS = 547
LAUNCH, RIVAL, SPAIN, CRISIS, FIX = 425.0, 300.0, 215.0, 168.0, 150.0
OUTAGE = ("playstore-pantrelo", 52.0, 48.0)
THAW = 4.0

_RELEASES = (
    (547, "3.8.2"),
    (470, "3.9.0"),
    (425, "4.0.0"),
    (380, "4.0.4"),
    (330, "4.1.0"),
    (270, "4.2.1"),
    (215, "4.3.0"),
    (168, "5.0.0"),
    (160, "5.0.1"),
    (156, "5.0.2"),
    (150, "5.0.3"),
    (120, "5.1.0"),
    (75, "5.2.0"),
    (30, "5.3.0"),
    (6, "5.3.1"),
)
_RIVAL_RELEASES = ((547, "2.4.0"), (400, "2.6.1"), (250, "2.8.0"), (120, "3.0.0"), (40, "3.0.2"))


class Phase(NamedTuple):
    """How strong each episode is on a day, each 0–1, beside the growth of the audience."""

    growth: float
    launch: float
    rival: float
    crisis: float
    recovery: float
    healed: float
    thaw: float


def _rise_and_fall(ago: float, start: float, end: float, ramp: float, tail: float) -> float:
    """Return 0 before ``start``, up within ``ramp`` days, down after ``end`` with ``tail``."""
    if ago >= start:
        return 0.0
    if ago >= end:
        return min(1.0, (start - ago) / ramp)
    return min(1.0, (start - end) / ramp) * exp(-(end - ago) / tail)


@lru_cache(maxsize=1024)
def phase(ago: int) -> Phase:
    """Return the weather ``ago`` days before the sample was opened; 0 and less is now."""
    ago = max(0, ago)
    return Phase(
        growth=0.34 + 0.66 * (1 - ago / DAYS) ** 1.2,
        launch=_rise_and_fall(ago, LAUNCH + 1, LAUNCH - 12, 3, 16),
        rival=_rise_and_fall(ago, RIVAL + 1, RIVAL - 22, 4, 12),
        crisis=_rise_and_fall(ago, CRISIS + 1, FIX, 3, 3.5),
        recovery=_rise_and_fall(ago, FIX + 1, FIX - 20, 4, 18),
        healed=min(1.0, max(0.0, (FIX - ago) / 45)),
        thaw=min(1.0, max(0.0, (THAW - ago) / THAW)),
    )


def version(own: bool, ago: float) -> str:
    """Return the app version that people had on that day."""
    name = ""
    for since, label in _RELEASES if own else _RIVAL_RELEASES:
        if ago <= since:
            name = label
    return name or (_RELEASES if own else _RIVAL_RELEASES)[0][1]


def volume(outlet: Outlet, now: Phase, weekday: int) -> float:
    """Return how many items of an outlet to expect on such a day."""
    week = (1.06, 0.98, 0.96, 1.0, 1.04, outlet.weekend, outlet.weekend)[weekday]
    surge = 1.0
    if outlet.brand in (None, "Pantrelo"):
        loud = 0.45 if outlet.form in (Form.NPS, Form.CSAT, Form.CES) else 1.0
        surge += loud * (1.3 * now.launch + 2.1 * now.crisis + 0.35 * now.recovery)
        surge += loud * 0.25 * now.thaw
    if outlet.brand == "Larkbasket":
        surge += 1.1 * now.rival
    return 0.88 * outlet.rate * now.growth * week * surge


_USUAL = (0.10, 0.07, 0.11, 0.27, 0.45)
_LOVED = (0.03, 0.03, 0.06, 0.24, 0.64)
_HATED = (0.57, 0.19, 0.09, 0.07, 0.08)
_RIVALS = {
    "Larkbasket": (0.12, 0.09, 0.14, 0.28, 0.37),
    "Vendroo": (0.16, 0.11, 0.15, 0.27, 0.31),
}


@lru_cache(maxsize=4096)
def stars(brand: str, now: Phase, form: Form) -> tuple[float, ...]:
    """Return cumulative chances of one to five stars on such a day."""
    if brand == "Pantrelo":
        sour = min(0.93, 0.93 * now.crisis + 0.22 * now.thaw)
        sweet = min(0.9, 0.7 * now.launch + 0.55 * now.healed + 0.2 * now.recovery)
        base = _USUAL
    else:
        sour = 0.55 * now.rival if brand == "Larkbasket" else 0.0
        sweet, base = 0.0, _RIVALS[brand]
    if form in (Form.FORUM, Form.MICRO):
        sour += 0.16 * (1 - sour)
    total, cumulative = 0.0, []
    for usual, loved, hated in zip(base, _LOVED, _HATED, strict=True):
        total += (usual * (1 - sweet) + loved * sweet) * (1 - sour) + hated * sour
        cumulative.append(total)
    return tuple(cumulative)


_TOPICS = {
    "delivery": 24.0,
    "app": 18.0,
    "billing": 7.0,
    "support": 13.0,
    "quality": 15.0,
    "price": 9.0,
    "packaging": 6.0,
    "refund": 5.0,
    "choice": 8.0,
}


@lru_cache(maxsize=4096)
def topics(own: bool, good: bool, now: Phase, form: Form) -> tuple[tuple[str, ...], list[float]]:
    """Return topic keys and their weights on such a day, for praise or for complaint."""
    weights = dict(_TOPICS)
    if form is Form.STORE:
        weights["app"] *= 1.7
    if form in (Form.CSAT, Form.CHAT):
        weights["support"] *= 1.6
        weights["packaging"] = 2.0
    if not own:
        weights["price"] *= 1 + 9 * now.rival * (not good)
        return tuple(weights), list(weights.values())
    started = now.launch > 0
    weights["tin"] = (7.0 if started else 0.0) + (70.0 if good else 6.0) * now.launch
    weights["plus"] = 4.0
    if good:
        weights["fixed"] = 34.0 * now.recovery
        weights["support"] += 12.0 * now.recovery
    else:
        aftermath = now.recovery * (1 - 0.6 * now.healed)
        weights["double"] = 190.0 * now.crisis + 22.0 * aftermath
        weights["support"] += 55.0 * now.crisis
        weights["refund"] += 22.0 * now.crisis + 10.0 * now.recovery
        weights["thaw"] = 75.0 * now.thaw
    return tuple(weights), list(weights.values())
