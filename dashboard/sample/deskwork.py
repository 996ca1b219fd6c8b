"""What the team did with cases in the last six weeks, to be played through the commands.

Pure; tells only the days that matter. Play a step after the batches of ``history`` with an
earlier ``at`` are stored; a step whose mention opened no case is to be skipped.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from random import Random

from dashboard.sample.afterlife import reply_text
from dashboard.sample.days import calendar, day
from dashboard.sample.plans import PLANNED_DAYS, DeskStep, steps


def desk_history(seed: int, now: datetime) -> Iterator[DeskStep]:
    """Yield what was claimed, answered, resolved and dismissed until ``now``, in order."""
    when = calendar(seed, now)
    found: list[DeskStep] = []
    for days_ago in range(PLANNED_DAYS, -1, -1):
        for tale, plan in day(when, days_ago):
            if plan is None:
                continue
            mention = tale.mention
            shown = [state.seen.reply_text for state in tale.states if state.seen.reply_text]
            rng = Random(f"{seed}/reply/{mention.seen.native_id}")
            agent = plan.actor.split(" ")[0]
            text = shown[0] if shown else reply_text(rng, mention, now, agent)
            found += [step for step in steps(plan, mention, text) if step.at <= now]
    yield from sorted(found, key=lambda step: (step.at, step.mention))
