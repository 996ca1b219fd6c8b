"""``earshot doctor``: what is configured, reachable, stale or missing, and how to mend it."""

from __future__ import annotations

import importlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from dashboard.commands import options
from storage.errors import EarshotError

if TYPE_CHECKING:
    from dashboard.wiring import Workspace

PACKAGES = ("dashboard", "collectors", "sentiment", "storage")
LEAST_DISK = 1_000_000_000
LARGE_LOG = 256_000_000


class Finding(NamedTuple):
    """One thing that was looked at; ``mend`` says what to do where it is not well."""

    ok: bool
    what: str
    mend: str = ""


@click.command()
@click.option("--online", is_flag=True, help="Also take a trial look at every source.")
@options.as_json
@options.places
@click.pass_context
def command(
    ctx: click.Context, online: bool, as_json: bool, db_path: Path, config_path: Path
) -> None:
    """Say what is well and how to mend what is not; exit 1 if anything is not."""
    found = [*_installation(), *_places(db_path, config_path)]
    if db_path.exists() and all(each.ok for each in found):
        found += _workspace(db_path, config_path, online)
    for each in found:
        if as_json:
            click.echo(json.dumps(each._asdict()))
        else:
            click.echo(f"{'ok ' if each.ok else '!! '} {each.what}")
            if not each.ok:
                click.echo(f"     {each.mend}")
    ctx.exit(0 if all(each.ok for each in found) else 1)


def _installation() -> Iterator[Finding]:
    roots = {
        Path(str(importlib.import_module(name).__file__)).resolve().parents[1] for name in PACKAGES
    }
    yield Finding(
        len(roots) == 1,
        f"the four packages come from {', '.join(map(str, sorted(roots)))}",
        "another package of the same name is in the way: install Earshot in its own environment",
    )
    version = sqlite3.sqlite_version_info
    yield Finding(
        version >= (3, 38, 0),
        f"SQLite {sqlite3.sqlite_version}",
        "STRICT tables and the JSON operators need SQLite 3.38 or newer: use a newer Python",
    )


def _places(db_path: Path, config_path: Path) -> Iterator[Finding]:
    from dashboard import settings
    from storage.database import key_path

    try:
        settings.load(config_path)
        words = "read" if config_path.exists() else "not there, and not needed"
        yield Finding(True, f"configuration {config_path}: {words}")
    except EarshotError as error:
        yield Finding(False, f"configuration: {error}", "correct that line of the file")
    if not db_path.exists():
        yield Finding(True, f"database {db_path}: not there yet; `earshot up` makes it")
        return
    free = shutil.disk_usage(db_path.parent).free
    yield Finding(
        free > LEAST_DISK, f"{free / 1e9:.1f} GB of disk free", "make room before it runs out"
    )
    log = db_path.with_name(db_path.name + "-wal")
    size = log.stat().st_size if log.exists() else 0
    yield Finding(
        size < LARGE_LOG,
        f"write-ahead log of {size / 1e6:.0f} MB",
        "a program keeps an old page of the database open: restart worker and dashboard",
    )
    key = key_path(db_path)
    mode = key.stat().st_mode & 0o777 if key.exists() else 0
    yield Finding(mode in (0, 0o600), f"key file mode {mode:o}", f"run: chmod 600 {key}")


def _workspace(db_path: Path, config_path: Path, online: bool) -> Iterator[Finding]:
    from dashboard import wiring
    from storage import coverage
    from storage.jobs import Jobs

    try:
        space = wiring.open_workspace(db_path, config_path, create=False)
    except EarshotError as error:
        yield Finding(False, f"database: {error}", "see the message")
        return
    now = space.now()
    yield Finding(True, f"database {db_path}, reporting timezone {space.timezone}")
    for health in coverage.health(space.db.reader(), now):
        source = health.source
        if not source.enabled or source.kind == "import":
            continue
        late = timedelta(seconds=source.every) * 3 + timedelta(minutes=30)
        stale = health.last_success_at is None or now - health.last_success_at > late
        said = health.error or ("never read yet" if health.last_poll_at is None else "stale")
        yield Finding(
            not stale and not health.error,
            f"source {source.id}: {said if stale or health.error else 'read in time'}",
            "is the worker running (`earshot up`)? `earshot collect --once` looks now",
        )
        if online:
            problem = space.check(source).problem
            yield Finding(not problem, f"trial look at {source.id}: {problem or 'ok'}", problem)
    yield from _mail(space, online)
    for job in Jobs(space.db).rows(now):
        yield Finding(
            job.failures < 3, f"job {job.name}", f"failed {job.failures} times: {job.error}"
        )


def _mail(space: Workspace, online: bool) -> Iterator[Finding]:
    """Say whether mails can leave, and what did not."""
    from dashboard.delivery import smtp
    from storage import outbox, report_schedules

    conn, settings = space.db.reader(), space.settings.mail
    failed = outbox.counts(conn)[outbox.State.FAILED]
    yield Finding(
        not failed,
        f"{failed:,} of replies, mails and notices could not be sent"
        if failed
        else "nothing unsent",
        "the page Outbox says why and tries again, as does `earshot outbox list --state failed`",
    )
    if settings is None:
        due = [each.schedule for each in report_schedules.schedules(conn)]
        waits = sum(each.enabled and bool(each.recipients) for each in due)
        words = f"no mail server, and {waits} summaries are to be mailed" if waits else "no mails"
        yield Finding(not waits, words, "name a mail server under [mail] in earshot.toml")
        return
    password = space.settings.secrets.get(smtp.PASSWORD, "")
    yield Finding(
        bool(password) or not settings.username,
        f"mail server {settings.host}:{settings.port}, from {settings.shown}",
        f"set the environment variable {smtp.PASSWORD}",
    )
    if online:
        problem = smtp.problem(settings, password)
        yield Finding(not problem, f"trial sign-in for mails: {problem or 'ok'}", problem)
