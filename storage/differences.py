"""Why the same days count otherwise at two moments: what came, went, changed or was judged anew.

Each cause is applied in turn to all mentions, so that the steps lead from the sums of
the first moment to those of the second and nothing is left over. What happened to mentions
is told under the settings of the first moment; what the settings of the second make of it
comes last. Not here: what a step means for a figure.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from storage import configuration, past
from storage.configuration import Configuration
from storage.measures import Cell, folded
from storage.models import Kind, Standing, Sums
from storage.past import Known
from storage.rollups import pack, unpack
from storage.slices import Slice


class Cause(StrEnum):
    """Why a mention counts otherwise, in the order in which causes are applied."""

    LATE = "late arrivals"
    DELETED = "deletions"
    EDITED = "edits"
    RELABELLED = "relabels"
    SCORED = "re-scores"
    REPLIED = "replies"
    CONFIGURED = "configuration"


class Step(NamedTuple):
    """Sums per kind after a cause was applied, and how many mentions it touched.

    The first step has no cause: it is where things stood at the first moment.
    """

    cause: Cause | None
    mentions: int
    sums: dict[Kind, Sums]


_Counted = tuple[Slice, Cell]


def steps(
    conn: sqlite3.Connection,
    before: datetime,
    after: datetime,
    first: date,
    last: date,
    *,
    ours: bool = False,
) -> list[Step]:
    """Return the way from the sums known at one moment to those known at a later one.

    With ``ours`` only what is said of our own brands, as was set at each moment. Excluded
    look-alikes are left out, as on the pages. Both moments are read in the caller's
    snapshot; memory grows with the mentions of the days.
    """

    def standing(at: datetime, settings: Configuration) -> dict[int, Known]:
        return {
            each.id: each
            for each in past.mentions(conn, at, first, last, settings)
            if each.slice.standing != Standing.EXCLUDED
            and (not ours or settings.counts(each.slice.brand_id))
        }

    was_set, is_set = configuration.at(conn, before), configuration.at(conn, after)
    known, later = standing(before, was_set), standing(after, was_set)
    settled = later if was_set == is_set else standing(after, is_set)
    cells: Counter[Slice] = Counter()
    moved: dict[Cause, Counter[Slice]] = {cause: Counter() for cause in Cause}
    touched: Counter[Cause] = Counter()
    for each in known.values():
        cells[each.slice] += pack(each.cell)
    for mention_id in known.keys() | later.keys() | settled.keys():
        stations = (held.get(mention_id) for held in (known, later, settled))
        for cause, (was, becomes) in _path(*stations):
            touched[cause] += 1
            for counted, sign in ((was, -1), (becomes, 1)):
                if counted is not None:
                    moved[cause][counted[0]] += sign * pack(counted[1])
    found = [Step(None, len(known), _sums(cells))]
    for cause in Cause:
        for key, packed in moved[cause].items():
            cells[key] += packed
        found.append(Step(cause, touched[cause], _sums(cells)))
    return found


def _path(
    then: Known | None, now: Known | None, settled: Known | None
) -> Iterator[tuple[Cause, tuple[_Counted | None, _Counted | None]]]:
    """Yield by which causes one mention came from what it was to what it is, settings last."""
    if then is not None or now is not None:
        yield from _happened(then, now)
    if _counted(now) != _counted(settled):
        yield Cause.CONFIGURED, (_counted(now), _counted(settled))


def _happened(
    then: Known | None, now: Known | None
) -> Iterator[tuple[Cause, tuple[_Counted | None, _Counted | None]]]:
    """Yield by which causes one mention came from what it was to what it is."""
    if then is None or now is None:
        cause = Cause.LATE if then is None else Cause.DELETED
        yield cause, (_counted(then), _counted(now))
        return
    if then.version != now.version:
        # A new text brings its own score and label: all of that is the edit.
        edited = now._replace(replied=then.replied)
        order = [(Cause.EDITED, edited), (Cause.REPLIED, now)]
    else:
        labelled = then
        if then.human != now.human:
            label, origin = now.slice.label, now.slice.origin
            labelled = then._replace(slice=then.slice._replace(label=label, origin=origin))
        scored = now._replace(replied=then.replied)
        order = [(Cause.RELABELLED, labelled), (Cause.SCORED, scored), (Cause.REPLIED, now)]
    was = then
    for cause, becomes in order:
        if _counted(was) != _counted(becomes):
            yield cause, (_counted(was), _counted(becomes))
        was = becomes


def _counted(known: Known | None) -> _Counted | None:
    return None if known is None else (known.slice, known.cell)


def _sums(cells: Counter[Slice]) -> dict[Kind, Sums]:
    kinds: dict[str, list[tuple[str, str, Cell]]] = {}
    for key, packed in cells.items():
        if packed:
            kinds.setdefault(key.kind, []).append((key.label, key.origin, unpack(packed)))
    return {Kind(kind): folded(parts) for kind, parts in sorted(kinds.items())}
