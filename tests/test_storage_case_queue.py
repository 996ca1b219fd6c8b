"""The queue: what is opened by hand, who gets the next case, and the lists of cases."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from storage import case_lists, cases, revisions
from storage.case_model import (
    LEASE,
    Claim,
    Dismiss,
    Heartbeat,
    Release,
    Snooze,
)
from storage.database import Database
from storage.errors import NotFound, Refused
from storage.models import CaseState
from storage.people import Person
from tests.desk import NOW, act, mention_id, review, store, with_cases

MINUTE = timedelta(minutes=1)


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return with_cases(tmp_path, 3)


def test_unknown_case(db: Database, ana: Person) -> None:
    with pytest.raises(NotFound, match="there is no case 99"):
        act(db, Claim(actor=ana), case_id=99)


def test_open_by_hand(db: Database, ana: Person) -> None:
    store(db, [review(9, stars=5.0, text="Fine, but when will it fly?")])
    wanted = mention_id(db, "r9")
    due = NOW + timedelta(hours=4)
    case = cases.open_by_hand(db, wanted, ana, NOW, priority=1, due_at=due)
    assert (case.priority, case.due_at, case.rule, case.last_actor) == (1, due, "", "Ana")
    with pytest.raises(Refused, match=f"already: case {case.id}"):
        cases.open_by_hand(db, wanted, ana, NOW, priority=1, due_at=due)
    with pytest.raises(NotFound):
        cases.open_by_hand(db, 1, ana, NOW, priority=1, due_at=due)
    assert cases.claim_next(db, ana, NOW) == cases.of_mention(db.reader(), wanted)


def test_claim_next_goes_by_urgency_and_never_twice(db: Database, ana: Person, ben: Person) -> None:
    claimed = [cases.claim_next(db, who, NOW) for who in (ana, ben, ana, ben)]
    assert [each and (each.id, each.owner) for each in claimed] == [
        (1, "Ana"),
        (2, "Ben"),
        (3, "Ana"),
        None,
    ]


def test_claim_next_takes_run_out_leases_and_slept_out_snoozes(
    db: Database, ana: Person, ben: Person
) -> None:
    act(db, Claim(actor=ana), case_id=1)
    act(db, Snooze(actor=ana, until=NOW + MINUTE), case_id=2)
    act(db, Dismiss(actor=ana, reason="x"), case_id=3)
    assert cases.claim_next(db, ben, NOW) is None
    found = cases.claim_next(db, ben, NOW + MINUTE)
    assert found is not None
    assert found.id == 2
    assert cases.claim_next(db, ben, NOW + LEASE - MINUTE) is None
    found = cases.claim_next(db, ben, NOW + LEASE)
    assert found is not None
    assert (found.id, found.owner) == (1, "Ben")


def test_claim_next_leaves_out_what_vanished(db: Database, ana: Person) -> None:
    store(db, gone=[("play:com.acme", "r1")])
    found = cases.claim_next(db, ana, NOW)
    assert found is not None
    assert found.id == 2


def test_lists(db: Database, ana: Person) -> None:
    conn = db.reader()
    first = case_lists.queue(conn, limit=2)
    assert [each.case.id for each in first] == [1, 2]
    assert first[0].mention.text == "Broken again"
    rest = case_lists.queue(conn, after=first[-1].case)
    assert [each.case.id for each in rest] == [3]
    act(db, Claim(actor=ana), case_id=2)
    assert [each.case.id for each in case_lists.queue(conn, owner_id=ana.id)] == [2]
    assert [each.case.id for each in case_lists.queue(conn, states=[CaseState.NEW])] == [1, 3]
    act(db, Dismiss(actor=ana, reason="x"), NOW, 3)
    act(db, Dismiss(actor=ana, reason="x"), NOW + MINUTE, 2)
    done = case_lists.closed(conn)
    assert [each.case.id for each in done] == [2, 3]
    assert [each.case.id for each in case_lists.closed(conn, before=done[0].case)] == [3]
    assert case_lists.load(conn, NOW + timedelta(days=2)) == (1, 0, 0, 0, 1)
    assert case_lists.item(conn, 3).case.reason == "x"


def test_the_queue_moves_its_revision_and_a_heartbeat_does_not(db: Database, ana: Person) -> None:
    conn = db.reader()
    act(db, Claim(actor=ana))
    before = revisions.current(conn)
    act(db, Heartbeat(actor=ana), NOW + 20 * MINUTE)
    assert revisions.current(conn) == before
    act(db, Release(actor=ana))
    assert revisions.current(conn)["queue"] == before["queue"] + 1
