"""A preview of case rules says what opening cases by them really does."""

from __future__ import annotations

from pathlib import Path

import pytest

from storage import rule_preview, rules
from storage.models import Kind, Label
from storage.rule_matching import DEFAULT_RULES, CaseRule
from tests import workspace
from tests.workspace import NOW

PRAISE = CaseRule("Praise", labels=(Label.POSITIVE,), own_only=False, priority=5)
URGENT = CaseRule("1 or 2 stars", kinds=(Kind.REVIEW,), max_rating=2.0, priority=1)


@pytest.mark.parametrize("chosen", [(PRAISE,), (URGENT,), DEFAULT_RULES, ()])
def test_it_counts_what_would_open(chosen: tuple[CaseRule, ...], tmp_path: Path) -> None:
    db = workspace.company(tmp_path)
    found = rule_preview.compare(db.reader(), NOW, (), chosen)
    assert (found.before, found.opens, found.closes) == (0, found.after, 0)
    assert rules.open_cases(db, chosen, NOW) == found.after
    db.close()


def test_a_change_of_one_rule_is_told_apart(tmp_path: Path) -> None:
    db = workspace.company(tmp_path)
    conn = db.reader()
    usual = rule_preview.without_rule(DEFAULT_RULES, "Safety, legal or data leak")
    after = rule_preview.with_rule(usual, URGENT)
    assert len(after) == len(usual)
    found = rule_preview.compare(conn, NOW, usual, after)
    assert (found.opens, found.closes) == (0, 0)
    assert found.changes > 0
    less = rule_preview.without_rule(usual, "1 or 2 stars")
    assert rule_preview.compare(conn, NOW, usual, less).closes == found.changes
    more = rule_preview.compare(conn, NOW, DEFAULT_RULES, (*DEFAULT_RULES, PRAISE))
    assert more.opens == more.after - more.before > 0
    db.close()


def test_changes_are_undone_and_the_file_stays(tmp_path: Path) -> None:
    db = workspace.open_company(tmp_path)
    with db.write() as conn:
        rules.adopt_defaults(conn)
        rules.adopt_defaults(conn)
        before = rules.stored_rules(conn)
        assert [each.rule for each in before] == list(DEFAULT_RULES)
        rules.save(conn, PRAISE)
        rules.remove(conn, "1 or 2 stars")
        rules.restore(conn, before)
        assert rules.stored_rules(conn) == before
        rules.sync_file(conn, [PRAISE])
        rules.restore(conn, ())
        assert [each.rule.name for each in rules.stored_rules(conn)] == ["Praise"]
    db.close()
