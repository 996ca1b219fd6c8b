"""Fills a new database with the sample company, as if it had been collected for 18 months.

The file is built beside its place and moved there when it is whole, so that a run that
was interrupted leaves no half of a company behind.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path

from collectors.clock import utc_now
from dashboard.sample import company
from dashboard.sample.deskwork import desk_history
from dashboard.sample.history import SampleBatch, history
from dashboard.sample.plans import DESK_DAYS, DeskStep
from dashboard.settings import Settings
from dashboard.watching import watch
from dashboard.wiring import Workspace
from sentiment import taxonomy
from storage import (
    actions,
    cases,
    mentions,
    people,
    polls,
    rules,
    sources,
    targets,
    workspace,
)
from storage.actions import Scope
from storage.case_model import AnyCommand, Claim, Dismiss, RecordReply, Resolve
from storage.database import Database, key_path
from storage.errors import Refused
from storage.models import Batch
from storage.recast import ANALYSE, RULES
from storage.targets import Target

TIMEZONE = "Europe/Berlin"
EVERY = 120.0
"""Seconds between looks: the sample should be seen to live."""


CRISIS = (172, 132)
"""From how many days ago until when alerts are looked for in the past."""
SHIFT = timedelta(hours=4)
"""How finely the last weeks are lived."""


class Clock:
    """A clock that is set by hand, so that the past is stored as it would have been."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        """Return the time that was set."""
        return self.at


def build(path: Path, say: Callable[[str], object], now: datetime | None = None) -> None:
    """Make the sample company's file at ``path``."""
    began = now or utc_now()
    partial = path.with_name(path.name + ".partial")
    for leftover in path.parent.glob(partial.name + "*"):
        leftover.unlink()
    clock = Clock(began)
    space = Workspace(Database(partial), Settings(), clock)
    _set_up(space, began)
    _intend(space, began)
    say("The sample company is being prepared: 18 months of feedback, half a minute ...")
    batches = list(history(company.SEED, began))
    desk_from = began - timedelta(days=DESK_DAYS + 1)
    _store(space, clock, [each for each in batches if each.at < desk_from], ANALYSE)
    clock.at = desk_from
    space.understand()
    _watch(space, clock, began)
    say("... and six weeks of work on it")
    _relive(space, clock, [each for each in batches if each.at >= desk_from], began)
    clock.at = began
    space.understand()
    # What the days of the crisis left open is over by now; what lasts is told at once.
    watch.look(space)
    space.db.checkpoint()
    space.close()
    os.replace(key_path(partial), key_path(path))
    os.replace(partial, path)


def _set_up(space: Workspace, now: datetime) -> None:
    with space.db.write() as conn:
        workspace.set_meta(conn, "sample", "1")
        workspace.set_meta(conn, "sample_began", now.isoformat())
        workspace.set_timezone(conn, TIMEZONE)
        workspace.save_brands(conn, company.BRANDS, "database")
        workspace.save_topics(conn, taxonomy.default_topics())
        for source in company.SOURCES:
            sources.save(conn, replace(source, every=EVERY), now)
        for rule in company.RULES:
            rules.save(conn, rule)
        for person in company.PEOPLE:
            people.person(conn, person.name, now, role=people.Role(person.role))


def _intend(space: Workspace, began: datetime) -> None:
    """Set targets, and register what was changed before anybody knew what came of it."""
    with space.db.write() as conn:
        lead = people.person(conn, company.LEAD, began)
        for kind, measure, value, days in company.TARGETS:
            due = (began + timedelta(days=days)).date()
            set_at = began - timedelta(days=60)
            target = Target(kind, measure, value, due, company.MANAGER)
            targets.save(conn, target, lead, set_at)
        for title, topic, hoped, days_ago, done in company.ACTIONS:
            at = began - timedelta(days=days_ago)
            number = actions.register(
                conn, title, topic, "negative_share", Scope(), hoped, lead.id, at
            )
            if done:
                actions.done(conn, number, at.date(), at.date(), lead.id, at)


def _store(space: Workspace, clock: Clock, batches: list[SampleBatch], pending: int) -> None:
    """Store polls as they happened; many to a transaction, nobody else writes yet."""
    by_id = {source.id: source for source in company.SOURCES}
    for start in range(0, len(batches), 200):
        with space.db.write():
            for each in batches[start : start + 200]:
                clock.at = each.at
                poll = polls.begin(space.db, each.source_id, each.at, "earshot")
                batch = Batch(each.observations, cursor=each.at.isoformat(), gone=each.gone)
                mentions.store_batch(
                    space.db, by_id[each.source_id], poll, batch, each.at, pending=pending
                )
                polls.end(space.db, poll, each.at, each.poll.error or None)


def _watch(space: Workspace, clock: Clock, began: datetime) -> None:
    """Look for signals on the days of the crisis, so that its alerts are remembered."""
    for days_ago in range(CRISIS[0], CRISIS[1], -1):
        clock.at = began - timedelta(days=days_ago)
        watch.look(space)


def _relive(space: Workspace, clock: Clock, batches: list[SampleBatch], began: datetime) -> None:
    """Live the last weeks a few hours at a time: collect, understand, work on cases."""
    steps = list(desk_history(company.SEED, began))
    for end, some in _shifts(batches):
        _store(space, clock, some, ANALYSE | RULES)
        clock.at = min(end, began)
        space.understand()
        while steps and steps[0].at <= clock.at:
            _play(space, steps.pop(0))


def _shifts(batches: list[SampleBatch]) -> Iterator[tuple[datetime, list[SampleBatch]]]:
    start = batches[0].at
    for number, group in groupby(batches, key=lambda each: (each.at - start) // SHIFT):
        yield start + (number + 1) * SHIFT, list(group)


def _play(space: Workspace, step: DeskStep) -> None:
    """Do what a person did; a mention that no rule opened a case for is passed over."""
    with space.db.write() as conn:
        row = conn.execute(
            "SELECT i.mention_id FROM identities i JOIN places p ON p.id = i.place_id"
            " WHERE p.key = ? AND i.native_id = ?",
            step.mention,
        ).fetchone()
        case = cases.of_mention(conn, row[0]) if row else None
        if case is None:
            return
        actor = people.person(conn, step.actor, step.at)
        command: AnyCommand
        if step.action == "claim":
            command = Claim(actor=actor, lease=timedelta(days=4))
        elif step.action == "reply":
            command = RecordReply(actor=actor, text=step.text)
        elif step.action == "resolve":
            command = Resolve(actor=actor, root_cause=step.root_cause, action=step.remedy)
        else:
            command = Dismiss(actor=actor, reason=step.text)
        # A case opens at the end of its shift; nobody can have worked on it before.
        when = max(step.at, case.last_at + timedelta(minutes=2))
        try:
            cases.act(space.db, case.id, command, when)
        except Refused:
            # Closed meanwhile because the answer or a deletion was seen at the source.
            return
