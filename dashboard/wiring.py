"""The composition root: the only place that knows concrete stores, collectors and models.

A ``Workspace`` is one database with its configuration; commands, pages and the worker
ask it for what they do and know nothing of how the parts fit.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from collectors import registry
from collectors.clock import utc_now
from collectors.contract import Check, Collector, Services
from collectors.pipeline import Analyser, Pipeline, Waiting
from dashboard import setting_words
from dashboard import settings as configuration
from dashboard.settings import Settings
from storage import (
    clocks,
    imports,
    mentions,
    models_store,
    people,
    polls,
    recast,
    report_schedules,
    rereading,
    rules,
    scores,
    sources,
    targets,
    workspace,
)
from storage import topics as taxonomy
from storage.clocks import PromiseTime
from storage.database import Database
from storage.errors import CollectError, ConfigError, NotFound, Refused
from storage.models import Analysis, Batch, Brand, Json, Label, Saved, Source, Topic
from storage.people import EARSHOT, Person
from storage.recast import ALL_HISTORY, ANALYSE, RULES
from storage.rollups import Delta
from storage.slices import Slices
from storage.times import millis

log = logging.getLogger("earshot")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STARTER = "taxonomy"
"""Name under which a workspace remembers the starter that was chosen on screen."""
REREAD_AT_ONCE = 2_000
"""Texts whose topics are read again in one transaction."""
TAKEN_BACK_AT_ONCE = 500
"""Mentions deleted in one transaction when an import is undone."""
PENDING = {"none": ANALYSE, "14d": ANALYSE | RULES, "all": ANALYSE | RULES | ALL_HISTORY}
"""What ``--open-cases`` leaves to be done with what is new."""


@dataclass(frozen=True, slots=True)
class SqliteStore:
    """What the pipeline needs of storage, bound to one database and clock."""

    db: Database
    now: Callable[[], datetime]

    def cursor(self, source_id: str) -> Json:
        """Return where a source's collector left off."""
        return sources.cursor(self.db.reader(), source_id)

    def begin_poll(self, source_id: str, actor: str) -> int:
        """Open a poll's row."""
        return polls.begin(self.db, source_id, self.now(), actor)

    def store(self, source: Source, poll: int, batch: Batch, open_cases: str) -> Saved:
        """Store a batch, its poll's counts and the cursor in one transaction."""
        return mentions.store_batch(
            self.db, source, poll, batch, self.now(), pending=PENDING[open_cases]
        )

    def end_poll(self, poll: int, error: str | None) -> None:
        """Close a poll's row."""
        polls.end(self.db, poll, self.now(), error)

    def pending(self, limit: int) -> Sequence[Waiting]:
        """Return versions that wait to be analysed."""
        return scores.pending(self.db.reader(), limit)

    def save_scores(self, model_id: str, done: Sequence[tuple[Waiting, Analysis]]) -> int:
        """Store analyses in one transaction."""
        rows = [(item, analysis) for item, analysis in done if isinstance(item, scores.Pending)]
        return scores.save(self.db, model_id, rows, self.now())


class Workspace:
    """One database, its settings, and everything that can be done with them."""

    def __init__(
        self,
        db: Database,
        settings: Settings,
        now: Callable[[], datetime] = utc_now,
        config_path: Path = Path("earshot.toml"),
    ) -> None:
        self.db = db
        self.config_path = config_path
        self.settings = settings
        self.now = now
        self._store = SqliteStore(db, now)
        self._pipeline = Pipeline(self._store, self.analyser, now)
        self._engine: tuple[object, Analyser] | None = None
        self._analyser: tuple[object, Analyser] | None = None
        self._collectors: dict[tuple[str, str], Collector] = {}

    @property
    def is_sample(self) -> bool:
        """Whether this is the sample company's file."""
        return workspace.is_sample(self.db.reader())

    @property
    def timezone(self) -> str:
        """The reporting timezone's IANA name."""
        return workspace.timezone(self.db.reader())

    def topics(self) -> tuple[Topic, ...]:
        """The taxonomy as it stands, after what people made of it."""
        return taxonomy.active(self.db.reader()) or self.declared_topics()

    def declared_topics(self) -> tuple[Topic, ...]:
        """What the taxonomy starts from: the file's topics or starter, or the one chosen."""
        from sentiment import taxonomy as starters

        return self.settings.topics or starters.starter(self.chosen_taxonomy())

    def chosen_taxonomy(self) -> str:
        """The starter that the file names, or that was chosen on screen."""
        from sentiment import taxonomy as starters

        chosen = self.settings.taxonomy or workspace.meta(self.db.reader(), STARTER)
        return chosen or starters.GENERAL

    def choose_taxonomy(self, starter: str, actor: Person) -> int:
        """Start from another built-in taxonomy; return how many mentions are read again."""
        from sentiment import taxonomy as starters

        if self.settings.topics or self.settings.taxonomy:
            raise Refused("the taxonomy is declared in earshot.toml; change it there")
        topics = starters.starter(starter)
        with self.db.write() as conn:
            workspace.set_meta(conn, STARTER, starter)
            taxonomy.chosen(conn, starter, actor, self.now())
            return taxonomy.declare(conn, topics, taxonomy.STARTER, self.now())

    def brands(self) -> tuple[Brand, ...]:
        """All brands, whose names are masked before scoring."""
        return tuple(workspace.brands(self.db.reader()))

    def engine(self) -> Analyser:
        """The default model, on which learned ones stand; made anew when its lists changed."""
        lists = self.brands(), self.topics()
        if self._engine is None or self._engine[0] != lists:
            from sentiment import analyser

            self._engine = (lists, analyser.best(*lists))
        return self._engine[1]

    def analyser(self) -> Analyser:
        """What counts: the default, and learned models where one was promoted."""
        engine = self.engine()
        counting = models_store.counting(self.db.reader())
        if not counting:
            return engine
        if self._analyser is None or self._analyser[0] != (engine, counting):
            from dashboard import learned_models
            from sentiment.learned_choice import Chosen

            models = learned_models.promoted(self.db.reader())
            self._analyser = ((engine, counting), Chosen(engine, models, self.brands()))
        return self._analyser[1]

    @cached_property
    def services(self) -> Services:
        """What every collector gets: one transport, secrets, clock."""
        from collectors.transport import Transport

        private = self.settings.allow_private
        return Services(
            secrets=self.settings.secrets,
            allow_private=private,
            now=self.now,
            transport=Transport(allow_private=private),
        )

    def collector(self, kind: str) -> Collector:
        """Make the collector of a kind of source."""
        if kind == "sample":
            from dashboard.sample.collector import SampleCollector

            began = workspace.meta(self.db.reader(), "sample_began")
            return SampleCollector(self.now, datetime.fromisoformat(began or "2026-01-01T00Z"))
        return registry.build(kind, self.services)

    def collector_of(self, source: Source) -> Collector:
        """The collector of one source, kept: it remembers its sign-in and rate limit."""
        key = (source.id, source.kind)
        if key not in self._collectors:
            self._collectors[key] = self.collector(source.kind)
        return self._collectors[key]

    def source(self, source_id: str) -> Source:
        """Return a source by id."""
        return sources.get(self.db.reader(), source_id)

    def check(self, source: Source) -> Check:
        """Take a trial look at a source that need not be saved yet."""
        return self.collector(source.kind).check(source)

    def save_source(self, source: Source) -> None:
        """Add or change a source; what the file declares is read-only."""
        registry.require(source.kind)
        with self.db.write() as conn:
            known = sources.get_or_none(conn, source.id)
            if known is not None and known.origin == "file":
                raise Refused(f"source {source.id!r} is declared in earshot.toml; change it there")
            sources.save(conn, source, self.now())

    def remove_source(self, source_id: str) -> None:
        """Stop polling a source; what it brought stays."""
        with self.db.write() as conn:
            sources.remove(conn, source_id, self.now())

    def poll(
        self, source_id: str, actor: str, progress: Callable[[Saved], None] | None = None
    ) -> Saved:
        """Collect one source now, store what came; scoring follows by ``understand``."""
        source = self.source(source_id)
        try:
            collector = self.collector_of(source)
        except (ConfigError, NotFound) as error:
            raise CollectError(str(error)) from error
        return self._pipeline.poll(source, collector, actor, progress)

    def collect(
        self, source_id: str, actor: str, progress: Callable[[Saved], None] | None = None
    ) -> Saved:
        """Collect one source now and do all that follows: scores and case rules."""
        saved = self.poll(source_id, actor, progress)
        self.understand()
        return saved

    def ingest(
        self,
        source: Source,
        batches: Iterable[Batch],
        *,
        actor: str,
        open_cases: str = "14d",
        progress: Callable[[Saved], None] | None = None,
        analysed: Callable[[int], None] | None = None,
    ) -> Saved:
        """Store batches of a source that was not polled (a file), then score and apply rules."""
        with self.db.write() as conn:
            who = people.known_or_program(conn, actor)
            with setting_words.recorded(conn, who, self.now(), "sources"):
                sources.ensure(conn, source, self.now())
        saved = self._pipeline.take(source, lambda: batches, actor, open_cases, progress)
        self.understand(analysed)
        return saved

    def take_back(
        self, import_id: int, actor: str, progress: Callable[[Saved], None] | None = None
    ) -> Saved:
        """Undo an import: what it alone brought is deleted, as if its source had done so."""
        found = next(
            (each for each in imports.recent(self.db.reader(), EPOCH) if each.id == import_id), None
        )
        if found is None:
            raise Refused("nothing of this import is left that it alone brought")
        gone = tuple(imports.brought(self.db.reader(), import_id))
        steps = range(0, len(gone), TAKEN_BACK_AT_ONCE)
        batches = [Batch((), gone=gone[i : i + TAKEN_BACK_AT_ONCE]) for i in steps]
        source = self.source(found.source)
        saved = self._pipeline.take(source, lambda: batches, actor, "none", progress)
        self.understand()
        return saved

    def understand(self, progress: Callable[[int], None] | None = None) -> int:
        """Score what waits and apply the case rules; return how many texts were scored."""
        done = self._pipeline.analyse(progress)
        self._reread()
        if rules.waiting(self.db.reader()):
            rules.open_cases(self.db, None, self.now(), promised=self.promised())
        return done

    def promised(self) -> PromiseTime:
        """Return what tells by when an answer is promised, as the policies stand now."""
        from dashboard.desk import business_hours

        conn = self.db.reader()
        policies, calendars = clocks.policies(conn), clocks.calendars(conn)
        return lambda promise: business_hours.promised(policies, calendars, promise)

    def language(self, text: str) -> str | None:
        """Return the language of a text, None where it cannot be told."""
        from sentiment import language

        return language.detect(text).lang

    def _reread(self) -> None:
        """Read topics again where the taxonomy changed; what is new goes first."""
        while due := rereading.due(self.db.reader(), REREAD_AT_ONCE):
            said = self.engine().analyse([each.passage for each in due])
            rereading.save(self.db, list(zip(due, said, strict=True)), self.now())
            self._pipeline.analyse()

    def label(self, mention_id: int, version: int, label: Label, actor: str) -> None:
        """Record a person's label for the version that the person saw."""
        with self.db.write() as conn:
            row = conn.execute(
                "SELECT version FROM mentions WHERE id = ? AND deleted_at IS NULL"
                " AND erased_at IS NULL",
                (mention_id,),
            ).fetchone()
            if row is None:
                raise Refused("the mention was deleted meanwhile")
            if row[0] != version:
                raise Refused("the text was edited meanwhile: look at it again, then label it")
            recast.add_label(conn, mention_id, label, actor, millis(self.now()))
            slices = Slices(conn)
            delta = Delta(slices)
            recast.recast(conn, slices, delta, [mention_id], pending=RULES)
            delta.write(conn)

    def close(self) -> None:
        """Close the database."""
        self.db.close()


def open_workspace(
    db_path: Path,
    config_path: Path,
    *,
    create: bool = True,
    now: Callable[[], datetime] = utc_now,
) -> Workspace:
    """Open a database and make what ``earshot.toml`` declares true in it.

    Raises ConfigError for a wrong file, NotFound where there is no database and
    ``create`` is False.
    """
    settings = configuration.load(config_path)
    for source in settings.sources:
        registry.require(source.kind)
    made = Workspace(Database(db_path, create=create), settings, now, config_path)
    _sync(made)
    return made


def _sync(made: Workspace) -> None:
    """Write what the file declares where it differs."""
    db, settings = made.db, made.settings
    topics = made.declared_topics()
    lists = settings.brands, settings.sources, settings.rules, settings.targets, settings.reports
    digest = hashlib.sha256(repr((*lists, settings.timezone, topics)).encode()).hexdigest()
    seen = workspace.meta(db.reader(), "declared")
    if seen == digest or workspace.is_sample(db.reader()):
        return
    areas = ("brands", "reports", "rules", "sources", "workspace")
    with db.write() as conn, setting_words.recorded(conn, EARSHOT, made.now(), *areas):
        known = {brand.name: brand for brand in workspace.brands(conn)}
        changed = [b for b in settings.brands if known.get(b.name) != workspace.with_name(b)]
        if changed:
            workspace.save_brands(conn, changed, "file")
        sources.sync_file(conn, settings.sources, made.now())
        rules.sync_file(conn, settings.rules)
        targets.declare(conn, settings.targets, made.now())
        report_schedules.sync_file(conn, settings.reports, made.now())
        origin = taxonomy.FILE if settings.topics else taxonomy.STARTER
        taxonomy.declare(conn, topics, origin, made.now())
        if settings.timezone:
            workspace.set_timezone(conn, settings.timezone)
        workspace.set_meta(conn, "declared", digest)
