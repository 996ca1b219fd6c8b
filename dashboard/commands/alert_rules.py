"""``earshot alerts rules, rule, backtest, routes, route, vote, deliveries, retry``."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dashboard.commands.options import as_json, places
from storage.errors import InputError

if TYPE_CHECKING:
    from dashboard.wiring import Workspace
    from storage.alert_rules import AlertRule
    from storage.people import Person

who = click.option("--as", "who", required=True, metavar="NAME", help="Who acts.")
weeks = click.option(
    "--weeks", default=8, show_default=True, type=click.IntRange(1, 52), help="Weeks looked back."
)
SEVERITIES = ("low", "normal", "high", "critical")


@click.command("rules")
@places
@as_json
def rules(db_path: Path, config_path: Path, as_json: bool) -> None:
    """List alert rules with what people thought of their alerts."""
    from dataclasses import asdict

    from storage import alert_rules

    with _opened(db_path, config_path) as space:
        conn = space.db.reader()
        judged = alert_rules.precision(conn)
        for each in alert_rules.rules(conn):
            known = judged.get(each.name)
            if as_json:
                votes = known._asdict() if known else None
                click.echo(json.dumps({**asdict(each), "votes": votes}))
            else:
                said = f"{known.useful} of {known.judged} worth it" if known else "not judged yet"
                click.echo(f"{each.name}  {_of(each)}  {said}{'' if each.enabled else '  (off)'}")


@click.command("rule")
@places
@click.argument("name")
@click.option("--budget", type=float, help="False alarms a week that you put up with.")
@click.option("--measure", help="volume, negative, negative_share, rating or nps: a fixed bound.")
@click.option("--bound", type=float, help="Where a fixed rule speaks; shares from 0 to 1.")
@click.option("--hours", type=int, default=24, show_default=True, help="Hours measured together.")
@click.option("--least", type=int, default=1, show_default=True, help="Mentions needed.")
@click.option("--scope", default="", help="brand=Acme&source=play&topic=price&lang=de")
@click.option("--severity", type=click.Choice(SEVERITIES), default="normal", show_default=True)
@click.option("--on/--off", "enabled", default=False, help="Switch it on.  [default: off]")
@click.option("--remove", is_flag=True, help="Forget the rule.")
@weeks
@who
def rule(
    db_path: Path,
    config_path: Path,
    name: str,
    budget: float | None,
    measure: str | None,
    bound: float | None,
    hours: int,
    least: int,
    scope: str,
    severity: str,
    enabled: bool,
    remove: bool,
    weeks: int,
    who: str,
) -> None:
    """Add or change a rule; first says when it would have spoken.

    Without --on the rule is kept switched off.
    """
    from storage import alert_rules, people
    from storage.alert_rules import BUDGET, AlertRule, RuleKind
    from storage.alerts import Severity

    with _opened(db_path, config_path) as space, space.db.write() as conn:
        actor = people.person(conn, who, space.now())
        if remove:
            with _recorded(space, conn, actor):
                alert_rules.remove_rule(conn, name)
            return
        if (measure is None) != (bound is None):
            raise InputError("a fixed rule needs both --measure and --bound")
        kind = RuleKind.USUAL if measure is None else RuleKind.FIXED
        made = AlertRule(
            name,
            kind,
            BUDGET if budget is None else budget,
            measure or "volume",
            bound or 0.0,
            hours,
            least,
            scope,
            Severity(severity),
            enabled,
        )
        with _recorded(space, conn, actor):
            alert_rules.save_rule(conn, made, actor, space.now())
        _told(space, made, weeks, as_json=False)
        click.echo(f"{name} is switched {'on' if enabled else 'off; --on switches it on'}")


@click.command("backtest")
@places
@click.argument("name", required=False)
@click.option("--budget", type=float, help="As if the budget were so many a week.")
@weeks
@as_json
def backtest(
    db_path: Path,
    config_path: Path,
    name: str | None,
    budget: float | None,
    weeks: int,
    as_json: bool,
) -> None:
    """Say when a rule would have spoken in the weeks that were."""
    from dataclasses import replace

    from storage import alert_rules

    with _opened(db_path, config_path) as space:
        found = alert_rules.rule(space.db.reader(), name or alert_rules.USUAL)
        _told(space, found if budget is None else replace(found, budget=budget), weeks, as_json)


@click.command("routes")
@places
@as_json
def routes(db_path: Path, config_path: Path, as_json: bool) -> None:
    """List who hears of alerts."""
    from dataclasses import asdict

    from storage import alert_rules

    with _opened(db_path, config_path) as space:
        for each in alert_rules.routes(space.db.reader()):
            when = "at once" if each.digest_at is None else f"daily at {_clock(each.digest_at)}"
            shown = f"{each.name}  {each.target}  from {each.least.value} on  {when}"
            click.echo(json.dumps(asdict(each)) if as_json else shown)


@click.command("route")
@places
@click.argument("name")
@click.option("--to", "target", help="mail:ADDRESS, notify:NAME or webhook:NAME.")
@click.option("--least", type=click.Choice(SEVERITIES), default="normal", show_default=True)
@click.option("--scope", default="", help="Only these: brand=Acme&source=play")
@click.option("--signal", "signals", multiple=True, help="Only these signals; may be repeated.")
@click.option("--digest", metavar="HH:MM", help="Tell all together at this time of the day.")
@click.option("--quiet", metavar="HH:MM-HH:MM", help="Tell nothing then but what is critical.")
@click.option("--person", default="", help="Whose route it is.")
@click.option("--team", default="", help="Whose route it is.")
@click.option("--remove", is_flag=True, help="Forget the route.")
@who
def route(
    db_path: Path,
    config_path: Path,
    name: str,
    target: str | None,
    least: str,
    scope: str,
    signals: tuple[str, ...],
    digest: str | None,
    quiet: str | None,
    person: str,
    team: str,
    remove: bool,
    who: str,
) -> None:
    """Say who hears of which alerts, and when."""
    from storage import alert_rules, people
    from storage.alert_rules import Route
    from storage.alerts import Severity

    start, dash, end = (quiet or "").partition("-")
    if quiet and not dash:
        raise InputError("say quiet hours as 22:00-07:00")
    with _opened(db_path, config_path) as space, space.db.write() as conn:
        actor = people.person(conn, who, space.now())
        if remove:
            with _recorded(space, conn, actor):
                alert_rules.remove_route(conn, name)
            return
        made = Route(
            name,
            target or "",
            Severity(least),
            scope,
            signals,
            _minute(digest),
            _minute(start),
            _minute(end),
            person,
            team,
        )
        with _recorded(space, conn, actor):
            alert_rules.save_route(conn, made, actor, space.now())
        click.echo(f"{name} hears of what is {least} or more")


@click.command("vote")
@places
@click.argument("alert_id", metavar="ID", type=int)
@click.option("--useful/--noise", required=True, default=None, help="Was it worth it?")
@who
def vote(db_path: Path, config_path: Path, alert_id: int, useful: bool, who: str) -> None:
    """Say whether an alert was worth it; this makes the precision of its rule."""
    from storage import alert_rules, people

    with _opened(db_path, config_path) as space:
        with space.db.write() as conn:
            actor = people.person(conn, who, space.now())
        alert_rules.vote(space.db, alert_id, useful, actor, space.now())


@click.command("deliveries")
@places
@click.option("--failed", is_flag=True, help="Only those that could not be sent.")
@as_json
def deliveries(db_path: Path, config_path: Path, failed: bool, as_json: bool) -> None:
    """List notices that left, wait, or could not be sent."""
    from storage import outbox
    from storage.outbox import Channel, State

    with _opened(db_path, config_path) as space:
        states = (State.FAILED,) if failed else ()
        found = outbox.entries(space.db.reader(), states=states, channels=(Channel.NOTICE,))
        for each in found:
            said = json.loads(each.content or "{}")
            row = {
                "id": str(each.id),
                "key": each.key,
                "state": each.state.value,
                "target": said.get("target", ""),
                "subject": said.get("subject", ""),
                "attempts": each.attempts,
                "error": each.error,
            }
            line = f"{each.id:>6}  {row['state']:<9}  {row['target']}  {row['subject']}"
            click.echo(json.dumps(row) if as_json else f"{line}  {each.error or ''}".rstrip())


@click.command("retry")
@places
@click.argument("entry_id", metavar="ID", type=int)
@who
def retry(db_path: Path, config_path: Path, entry_id: int, who: str) -> None:
    """Let a notice that could not be sent leave again, under the same id."""
    from storage import alert_tellings, people

    with _opened(db_path, config_path) as space, space.db.write() as conn:
        alert_tellings.retry(conn, entry_id, people.person(conn, who, space.now()), space.now())


COMMANDS = (rules, rule, backtest, routes, route, vote, deliveries, retry)


@contextmanager
def _opened(db_path: Path, config_path: Path) -> Iterator[Workspace]:
    from dashboard.wiring import open_workspace

    space = open_workspace(db_path, config_path, create=False)
    try:
        yield space
    finally:
        space.close()


def _recorded(
    space: Workspace, conn: sqlite3.Connection, actor: Person
) -> AbstractContextManager[None]:
    from dashboard import setting_words

    return setting_words.recorded(conn, actor, space.now(), "alerts")


def _told(space: Workspace, rule: AlertRule, weeks: int, as_json: bool) -> None:
    from dashboard.desk.case_records import plain
    from dashboard.watching import backtest

    found = backtest.fired(space, rule, weeks)
    if not as_json:
        times = "once" if len(found) == 1 else f"{len(found)} times"
        click.echo(f"{rule.name} would have spoken {times} in {weeks} weeks:")
    for each in found:
        row = {"at": each.at.isoformat(), "words": each.words}
        click.echo(
            json.dumps(row) if as_json else f"  {each.at:%Y-%m-%d %H:%M}  {plain(each.words)}"
        )


def _of(rule: AlertRule) -> str:
    if rule.kind == "usual":
        return f"at most {rule.budget:g} false alarms a week"
    return f"{rule.measure} {rule.bound:g} in {rule.hours} h"


def _minute(text: str | None) -> int | None:
    if not text:
        return None
    hour, colon, minute = text.partition(":")
    if not (colon and hour.isdigit() and minute.isdigit() and int(hour) < 24 and int(minute) < 60):
        raise InputError(f"{text!a} is no time of the day; say 07:30")
    return int(hour) * 60 + int(minute)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
