"""All migrations in their order, and applying those that a file lacks.

Drawn and explained in ``docs/data-model.md``. Each runs once and is known by its function's
name, so neither names nor bodies of those that somebody ran change; new ones go to the end.
"""

from __future__ import annotations

import sqlite3

import sqlite_utils
from sqlite_utils.migrations import Migrations

from storage.errors import StorageError
from storage.schema import (
    actions,
    alerting,
    authors,
    checks,
    desk,
    facts,
    figure_settings,
    learning,
    lookalikes,
    outbox,
    places,
    praise,
    privacy,
    reports,
    signs,
    summaries,
    targets,
    told,
    topics,
    watch,
    work,
    work_answers,
    work_mail,
    work_rules,
)

MIGRATIONS = (
    facts.m001_facts,
    desk.m002_people,
    desk.m003_cases,
    desk.m004_case_rules,
    desk.m005_alerts,
    privacy.m006_erasures,
    authors.m007_authors,
    learning.m008_learning,
    outbox.m009_outbox,
    lookalikes.m010_lookalikes,
    work.cases_together,
    signs.m012_signs,
    reports.m013_reports,
    watch.watching,
    alerting.alerting,
    places.m016_places,
    topics.m017_topics,
    work_answers.answers_customers_clocks,
    actions.m019_actions,
    checks.m020_checks,
    outbox.after_the_reply,
    work_mail.digests_by_mail,
    summaries.m023_summaries,
    work_rules.acknowledgements,
    targets.targets_of_figures,
    work_rules.reach,
    told.told_and_came_back,
    work_rules.events_by_kind,
    praise.consents_to_be_quoted,
    figure_settings.settings_that_move_figures,
    summaries.edition_facts,
)
"""Steps from an empty file to the present schema."""


def migrate(conn: sqlite3.Connection) -> None:
    """Bring a file to the present schema; each migration runs once.

    All pending ones share one transaction that holds the write lock, so that two
    processes that open a new file at once cannot both make its tables.
    """
    db = sqlite_utils.Database(conn, execute_plugins=False)
    migrations = Migrations("earshot")
    for step in MIGRATIONS:
        migrations()(step)
    try:
        # A table that others refer to can only be made anew while nobody checks; inside a
        # transaction this pragma would do nothing.
        conn.execute("PRAGMA foreign_keys=OFF")
        conn.execute("BEGIN IMMEDIATE")
        migrations.apply(db)
        conn.execute(f"PRAGMA user_version={len(migrations.applied(db))}")
        conn.execute("COMMIT")
        conn.execute("PRAGMA foreign_keys=ON")
    except sqlite3.Error as error:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        raise StorageError(f"the database could not be brought up to date: {error}") from error
