"""Steps between colleagues: typing, approval, pauses, merging, taking back, notices."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard.delivery import digest
from storage import approvals, cases, notices, writing
from storage.case_model import (
    LEASE,
    AnyCommand,
    Approval,
    Approve,
    AskApproval,
    Claim,
    Dismiss,
    HandOff,
    Merge,
    Note,
    Pause,
    RecordReply,
    Resolve,
    Resume,
    SaveDraft,
    SendBack,
    Snooze,
    Tag,
    Transfer,
)
from storage.case_projection import differences
from storage.database import Database
from storage.errors import Conflict, InputError, Refused
from storage.models import CaseState
from storage.notices import NoticeKind
from storage.people import EARSHOT, Person, Role
from tests.desk import NOW, act, hired, review, store, with_cases

MINUTE = timedelta(minutes=1)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    made = with_cases(tmp_path, 3)
    yield made
    made.close()


@pytest.fixture
def team(db: Database) -> dict[str, Person]:
    return hired(db)


def kinds(db: Database, who: Person) -> list[NoticeKind]:
    return [each.kind for each in notices.of(db.reader(), who.id)]


def test_typing_takes_the_case_and_the_next_step_seals_it(
    db: Database, team: dict[str, Person]
) -> None:
    writing.keep(db, 1, team["Ana"], "We are", NOW, mention_version=1)
    version = cases.load(db.reader(), 1).version
    writing.keep(db, 1, team["Ana"], "We are sorry", NOW + MINUTE, mention_version=1)
    case = cases.load(db.reader(), 1)
    assert (case.owner, case.version, case.draft) == ("Ana", version, None)
    found = writing.current(db.reader(), 1)
    assert found is not None
    assert (found.person, found.text) == ("Ana", "We are sorry")
    with pytest.raises(Refused, match="Ana holds case 1"):
        writing.keep(db, 1, team["Ben"], "mine", NOW + MINUTE, mention_version=1)
    case = act(db, Snooze(actor=team["Ana"], until=NOW + LEASE, version=version), NOW + MINUTE)
    assert (case.draft, case.draft_by, case.state) == ("We are sorry", "Ana", CaseState.WAITING)
    assert writing.current(db.reader(), 1) is None
    assert differences(db.reader()) == []


def test_a_lead_who_takes_over_finds_what_was_typed(db: Database, team: dict[str, Person]) -> None:
    writing.keep(db, 1, team["Ana"], "half a sent", NOW, mention_version=1)
    case = act(db, Claim(actor=team["Lea"], take_over=True), NOW + MINUTE)
    assert (case.owner, case.draft, case.draft_by) == ("Lea", "half a sent", "Ana")
    assert kinds(db, team["Ana"]) == [NoticeKind.TAKEN]


def test_typing_into_a_text_that_changed_is_refused_and_stays_in_the_browser(
    db: Database, team: dict[str, Person]
) -> None:
    store(db, [review(1, text="Broken, and rude too")])
    with pytest.raises(Conflict, match="changed by the customer"):
        writing.keep(db, 1, team["Ana"], "We", NOW, mention_version=1)


def test_who_looks_and_who_types(db: Database, team: dict[str, Person]) -> None:
    writing.keep(db, 1, team["Ana"], "We", NOW, mention_version=1)
    for name in ("Ana", "Ben"):
        writing.look(db, 1, team[name], NOW)
    assert [(each.name, each.typing) for each in writing.here(db.reader(), 1, NOW)] == [
        ("Ana", True),
        ("Ben", False),
    ]
    later = NOW + timedelta(seconds=20)
    assert [each.typing for each in writing.here(db.reader(), 1, later)] == [False, False]
    assert writing.here(db.reader(), 1, NOW + MINUTE) == []


def test_approval(db: Database, team: dict[str, Person]) -> None:
    ana, lea = team["Ana"], team["Lea"]
    reply = RecordReply(actor=ana, text="Sorry.")
    with pytest.raises(Refused, match="only a lead"), db.write() as conn:
        approvals.add(conn, ana, NOW, role=Role.AGENT)
    with db.write() as conn:
        with pytest.raises(InputError):
            approvals.add(conn, lea, NOW)
        approvals.add(conn, lea, NOW, role=Role.AGENT, max_stars=2.0, source="play")
    act(db, Claim(actor=ana))
    with pytest.raises(Refused, match="no draft yet"):
        act(db, AskApproval(actor=ana))
    act(db, SaveDraft(actor=ana, text="Sorry."))
    with pytest.raises(Refused, match="needs an approval"):
        act(db, reply)
    assert act(db, AskApproval(actor=ana, text="ok?")).approval is Approval.ASKED
    assert kinds(db, lea) == [NoticeKind.APPROVAL]
    with pytest.raises(Refused, match="only a lead"):
        act(db, Approve(actor=ana))
    assert act(db, SendBack(actor=lea, note="kinder")).approval is Approval.SENT_BACK
    assert kinds(db, ana) == [NoticeKind.SENT_BACK]
    act(db, SaveDraft(actor=ana, text="So sorry."))
    act(db, AskApproval(actor=ana))
    assert act(db, Approve(actor=lea)).approval is Approval.APPROVED
    with pytest.raises(Refused, match="not the approved one"):
        act(db, reply)
    act(db, RecordReply(actor=ana, text="So sorry."))
    act(db, Claim(actor=lea), case_id=2)
    assert act(db, RecordReply(actor=lea, text="x"), case_id=2).state is CaseState.ANSWERED
    with db.write() as conn:
        approvals.remove(conn, approvals.rules(conn)[0].id, lea)
    assert not approvals.needed(db.reader(), cases.load(db.reader(), 3).mention_id, ana)


def test_a_changed_draft_has_to_be_approved_again(db: Database, team: dict[str, Person]) -> None:
    act(db, Claim(actor=team["Ana"]))
    act(db, SaveDraft(actor=team["Ana"], text="a"))
    act(db, AskApproval(actor=team["Ana"]))
    act(db, Approve(actor=team["Lea"]))
    assert act(db, SaveDraft(actor=team["Ana"], text="b")).approval is None


def test_a_pause_moves_the_due_time(db: Database, team: dict[str, Person]) -> None:
    case = act(db, Claim(actor=team["Ana"]))
    act(db, Pause(actor=team["Ana"], reason="asked for the order number"))
    after = act(db, Resume(actor=team["Ana"]), NOW + 10 * MINUTE)
    assert (after.due_at, after.paused_at) == (case.due_at + 10 * MINUTE, None)


def test_tags_tickets_and_merging(db: Database, team: dict[str, Person]) -> None:
    ana = team["Ana"]
    assert act(db, Tag(actor=ana, tags=("vip", "vip", "late"))).tags == ("vip", "late")
    with pytest.raises(InputError):
        act(db, Tag(actor=ana, tags=tuple(map(str, range(20)))))
    with pytest.raises(InputError, match="http"):
        act(db, HandOff(actor=ana, url="javascript:alert(1)"))
    due = NOW + timedelta(days=2)
    case = act(db, HandOff(actor=ana, url="https://t.example/1", owner="IT", due_at=due))
    assert (case.ticket_url, case.ticket_owner, case.ticket_due_at) == (
        "https://t.example/1",
        "IT",
        due,
    )
    case = act(db, Merge(actor=ana, into=2))
    assert (case.state, case.outcome, case.merged_into) == (CaseState.DISMISSED, "merged", 2)
    with pytest.raises(Refused, match="case 1 is closed"):
        act(db, Merge(actor=ana, into=1), case_id=2)
    with pytest.raises(InputError, match="itself"):
        act(db, Merge(actor=ana, into=3), case_id=3)
    assert differences(db.reader()) == []


def test_taking_the_last_step_back(db: Database, team: dict[str, Person]) -> None:
    ana = team["Ana"]
    before = act(db, Claim(actor=ana))
    act(db, Dismiss(actor=ana, reason="not us"), NOW + MINUTE)
    with pytest.raises(Refused, match="somebody else"):
        cases.undo(db, 1, team["Ben"], NOW + MINUTE, version=before.version)
    with pytest.raises(Refused, match="is over"):
        cases.undo(db, 1, ana, NOW + 3 * MINUTE, version=before.version)
    after = cases.undo(db, 1, ana, NOW + MINUTE, version=before.version)
    assert (after.state, after.owner, after.is_open, after.reason) == (
        CaseState.CLAIMED,
        "Ana",
        True,
        None,
    )
    done = cases.act_all(
        db,
        1,
        [RecordReply(actor=ana, text="Sorry"), Resolve(actor=ana, root_cause="x", action="y")],
        NOW + MINUTE,
    )
    assert done.state is CaseState.RESOLVED
    after = cases.undo(db, 1, ana, NOW + MINUTE, version=done.version - 2)
    assert (after.state, after.answered_at, after.root_cause) == (CaseState.CLAIMED, None, None)
    assert differences(db.reader()) == []


def test_several_at_once_are_all_or_none(db: Database, team: dict[str, Person]) -> None:
    ana = team["Ana"]
    act(db, Claim(actor=ana))
    with pytest.raises(InputError, match="a root cause"):
        cases.act_all(db, 1, [RecordReply(actor=ana, text="x"), Resolve(actor=ana)], NOW)
    assert cases.load(db.reader(), 1).state is CaseState.CLAIMED


def test_praise_closes_without_a_root_cause(db: Database, team: dict[str, Person]) -> None:
    store(db, [review(9, stars=5.0, text="Lovely")])
    ana = team["Ana"]
    row = db.reader().execute("SELECT mention_id FROM identities WHERE native_id = 'r9'")
    case = cases.open_by_hand(db, row.fetchone()[0], ana, NOW, priority=4, due_at=NOW + LEASE)
    assert not case.negative
    steps: list[AnyCommand] = [
        Claim(actor=ana),
        RecordReply(actor=ana, text="Thanks"),
        Resolve(actor=ana),
    ]
    assert cases.act_all(db, case.id, steps, NOW).state is CaseState.RESOLVED
    assert differences(db.reader()) == []


def test_notices_reach_whom_they_concern(db: Database, team: dict[str, Person]) -> None:
    ana, ben = team["Ana"], team["Ben"]
    act(db, Note(actor=ana, text="@Ben could you? @nobody @ana"))
    act(db, Transfer(actor=ana, to=ben))
    assert kinds(db, ben) == [NoticeKind.ASSIGNED, NoticeKind.MENTIONED]
    assert kinds(db, ana) == []
    act(db, Claim(actor=ana), case_id=2)
    due = cases.load(db.reader(), 2).due_at
    assert notices.due(db, due - timedelta(hours=2)) == 0
    assert notices.due(db, due - 20 * MINUTE) == 2
    assert notices.due(db, due - 10 * MINUTE) == 0
    assert kinds(db, ana) == [NoticeKind.DUE]
    mail = notices.to_mail(db.reader(), due)
    assert [len(mail[ana.id]), len(mail[ben.id])] == [1, 3]
    with db.write() as conn:
        notices.mailed(conn, [each.id for each in mail[ben.id]], due)
    assert list(notices.to_mail(db.reader(), due)) == [ana.id]
    notices.read(db, ana.id, due, case_id=2)
    assert notices.unread(db.reader(), ana.id) == 0


def test_a_digest_tells_once_what_stays_unread(db: Database, team: dict[str, Person]) -> None:
    ana, ben = team["Ana"], team["Ben"]
    act(db, Transfer(actor=ana, to=ben))
    with db.write() as conn:
        notices.set_address(conn, ben.id, "ben@example.org")
        with pytest.raises(InputError, match="no mail address"):
            notices.set_address(conn, ana.id, "ana@x, eve@x")
    assert digest.gather(db, NOW + 10 * MINUTE) == 0
    act(db, Note(actor=ana, text="@Ben?"), NOW + 20 * MINUTE)
    assert digest.gather(db, NOW + 40 * MINUTE) == 1
    row = (
        db.reader().execute("SELECT kind, content FROM outbox WHERE channel = 'notice'").fetchone()
    )
    said = json.loads(row[1])
    assert (row[0], said["target"], said["subject"]) == (
        "mail",
        "mail:ben@example.org",
        "2 notices from the queue",
    )
    assert "Case 1: given to you (Ana, 10:00 UTC)" in said["text"]
    act(db, Note(actor=ana, text="@Ben!"), NOW + 41 * MINUTE)
    assert digest.gather(db, NOW + 90 * MINUTE) == 0
    assert digest.gather(db, NOW + 120 * MINUTE) == 1
    assert digest.gather(db, NOW + 200 * MINUTE) == 0


def test_leads_hear_once_of_what_became_late(db: Database, team: dict[str, Person]) -> None:
    due = cases.load(db.reader(), 1).due_at
    notices.due(db, due + 5 * MINUTE)
    notices.due(db, due + 10 * MINUTE)
    assert kinds(db, team["Lea"]) == [NoticeKind.LATE] * 3
    notices.due(db, due + timedelta(days=9))
    assert len(kinds(db, team["Lea"])) == 3


def test_an_erasure_takes_what_is_being_typed(db: Database, team: dict[str, Person]) -> None:
    writing.keep(db, 1, team["Ana"], "Dear Mrs Zapotek", NOW, mention_version=1)
    act(db, Tag(actor=team["Ana"], tags=("Zapotek",)))
    cases.erase(db, [cases.load(db.reader(), 1).mention_id], EARSHOT, NOW)
    assert differences(db.reader()) == []
    db.close()
    assert b"apotek" not in b"".join(each.read_bytes() for each in db.path.parent.iterdir())
