"""Several processes at one queue: no item twice, no lock shown; lists and claims use indexes."""

from __future__ import annotations

import multiprocessing
import re
from datetime import timedelta
from pathlib import Path

import pytest

from storage import audit, case_lists, cases, people
from storage.case_model import Claim, RecordReply, SaveDraft
from storage.case_projection import differences
from storage.database import Database
from storage.errors import Refused
from storage.models import CaseState
from tests.desk import NOW, with_cases

PROCESSES, CASES = 8, 400


def claim_all(path: Path, name: str) -> list[int]:
    """Claim until nothing is left; run in a process of its own."""
    db = Database(path)
    with db.write() as conn:
        who = people.person(conn, name, NOW)
    found = []
    while case := cases.claim_next(db, who, NOW):
        found.append(case.id)
    db.close()
    return found


def answer_all(path: Path, name: str) -> list[int]:
    """Try to answer every case; whoever comes second must be refused."""
    db = Database(path)
    with db.write() as conn:
        who = people.person(conn, name, NOW)
    done = []
    for case_id in range(1, 31):
        try:
            seen = cases.act(db, case_id, Claim(actor=who), NOW)
            cases.act(db, case_id, SaveDraft(actor=who, text=name, version=seen.version), NOW)
            cases.act(db, case_id, RecordReply(actor=who, text=name), NOW)
        except Refused:
            continue
        done.append(case_id)
    db.close()
    return done


def test_eight_processes_claim_every_case_once(tmp_path: Path) -> None:
    db = with_cases(tmp_path, CASES)
    names = [f"person {n}" for n in range(PROCESSES)]
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        found = pool.starmap(claim_all, [(db.path, name) for name in names])
    claimed = [each for some in found for each in some]
    assert sorted(claimed) == list(range(1, CASES + 1))
    conn = db.reader()
    for name, some in zip(names, found, strict=True):
        owner = people.known(conn, name).id
        held = case_lists.queue(conn, owner_id=owner, limit=CASES)
        assert sorted(each.case.id for each in held) == sorted(some)
    assert audit.check(conn, db.key("audit")) == []
    assert audit.head(conn).seq == 2 * CASES
    assert differences(conn) == []


def test_four_processes_answer_every_case_once(tmp_path: Path) -> None:
    db = with_cases(tmp_path, 30)
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        found = pool.starmap(answer_all, [(db.path, f"person {n}") for n in range(4)])
    assert sorted(each for some in found for each in some) == list(range(1, 31))
    assert differences(db.reader()) == []
    assert audit.check(db.reader(), db.key("audit")) == []


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return with_cases(tmp_path, 5)


def plan(db: Database, sql: str) -> str:
    sql = re.sub(r":\w+|\?", "1", sql)
    return "\n".join(str(row[3]) for row in db.reader().execute(f"EXPLAIN QUERY PLAN {sql}"))


def test_a_claim_reads_by_index(db: Database) -> None:
    told = plan(db, cases._NEXT)
    for index in ("cases_state", "cases_leased", "cases_snoozed"):
        assert f"SEARCH c USING INDEX {index}" in told
    assert "SCAN c" not in told
    assert told.count("TEMP B-TREE") == 1


def test_lists_read_in_the_order_of_an_index(db: Database) -> None:
    asked: list[str] = []
    conn = db.reader()
    conn.set_trace_callback(asked.append)
    last = case_lists.queue(conn, limit=2)[-1].case
    case_lists.queue(conn, after=last)
    case_lists.queue(conn, states=[CaseState.NEW])
    case_lists.queue(conn, owner_id=1)
    case_lists.closed(conn)
    conn.set_trace_callback(None)
    told = [plan(db, sql) for sql in asked if "FROM cases c" in sql]
    assert len(told) == 5
    for each in told:
        assert "TEMP B-TREE" not in each, each
        assert not re.search("SCAN c$", each, re.MULTILINE), each


def test_a_run_out_lease_does_not_hide_behind_held_ones(db: Database) -> None:
    with db.write() as conn:
        ana, ben = people.person(conn, "Ana", NOW), people.person(conn, "Ben", NOW)
    for case_id in (1, 2, 3, 4, 5):
        cases.act(db, case_id, Claim(actor=ana, lease=timedelta(minutes=10 * case_id)), NOW)
    later = NOW + timedelta(minutes=25)
    found = [cases.claim_next(db, ben, later) for _ in range(3)]
    assert [each and each.id for each in found] == [1, 2, None]
