"""Whatever people do in whatever order: a case is its events, and no draft is lost."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import case_lists, cases, people, writing
from storage.case_model import (
    LEASE,
    AnsweredElsewhere,
    AnyCommand,
    Approve,
    AskApproval,
    Case,
    Claim,
    Dismiss,
    EventType,
    HandOff,
    Heartbeat,
    MentionChanged,
    MentionGone,
    Note,
    Pause,
    RecordReply,
    Release,
    Reopen,
    Resolve,
    Resume,
    SaveDraft,
    SendBack,
    Snooze,
    Tag,
    Transfer,
)
from storage.case_projection import differences, rebuild
from storage.database import Database
from storage.errors import Refused, UserError
from storage.models import CaseState
from storage.people import EARSHOT, Person, Role
from storage.times import millis
from tests.desk import NOW, act, hired, with_cases

MINUTE = timedelta(minutes=1)


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return with_cases(tmp_path, 3)


_NUMBER = itertools.count()
BESIDE = (EventType.TAGGED, EventType.RESUMED)
"""What may be done beside the holder."""


@pytest.fixture(scope="module")
def shared_db(tmp_path_factory: pytest.TempPathFactory) -> Database:
    return with_cases(tmp_path_factory.mktemp("interleaved"), 400)


PEOPLE = st.sampled_from(["Ana", "Ben", "Lea"])
ASKS = st.sampled_from(
    [
        lambda who, at, _: Claim(actor=who),
        lambda who, at, _: Claim(actor=who, take_over=True),
        lambda who, at, _: Heartbeat(actor=who),
        lambda who, at, _: Release(actor=who),
        lambda who, at, _: SaveDraft(actor=who, text=f"draft of {who.name} at {at}"),
        lambda who, at, _: RecordReply(actor=who, url="https://a.b/c"),
        lambda who, at, _: Resolve(actor=who, root_cause="late", action="refund"),
        lambda who, at, _: Dismiss(actor=who, reason="not us"),
        lambda who, at, _: Snooze(actor=who, until=at + LEASE),
        lambda who, at, _: Reopen(actor=who),
        lambda who, at, other: Transfer(actor=who, to=other),
        lambda who, at, _: Note(actor=who, text="hm, @Ben?"),
        lambda who, at, _: AskApproval(actor=who),
        lambda who, at, _: Approve(actor=who),
        lambda who, at, _: SendBack(actor=who, note="kinder"),
        lambda who, at, _: Pause(actor=who, reason="asked for the number"),
        lambda who, at, _: Resume(actor=who),
        lambda who, at, _: Tag(actor=who, tags=("vip", str(at.minute))),
        lambda who, at, _: HandOff(actor=who, url="https://tickets.example/1", due_at=at + LEASE),
        lambda who, at, _: MentionChanged(actor=EARSHOT, to_version=at.minute % 7 + 1),
        lambda who, at, _: AnsweredElsewhere(actor=EARSHOT),
        lambda who, at, _: MentionGone(actor=EARSHOT),
    ]
)


@given(steps=st.lists(st.tuples(ASKS, PEOPLE, PEOPLE, st.integers(0, 25)), max_size=30))
def test_projection_is_replay_over_any_interleaving(
    shared_db: Database,
    steps: list[tuple[Callable[[Person, datetime, Person], AnyCommand], str, str, int]],
) -> None:
    db, now = shared_db, NOW
    case_id = next(_NUMBER) % 400 + 1
    with db.write() as conn:
        who = {n: people.person(conn, n, NOW, role=Role.AGENT) for n in ("Ana", "Ben")}
        who["Lea"] = people.person(conn, "Lea", NOW, role=Role.LEAD)
    drafts = [each.text for each in case_lists.drafts(db.reader(), case_id)]
    for make, name, other, minutes in steps:
        now += minutes * MINUTE
        before = cases.load(db.reader(), case_id)
        command = make(who[name], now, who[other])
        try:
            after = cases.act(db, case_id, command, now)
        except Refused:
            assert cases.load(db.reader(), case_id) == before
            continue
        hold(before, after, command, now)
        if isinstance(command, SaveDraft) and after.draft_seq != before.draft_seq:
            drafts.append(command.text)
    assert differences(db.reader()) == []
    assert [each.text for each in case_lists.drafts(db.reader(), case_id)] == drafts


def hold(before: Case, after: Case, command: AnyCommand, now: datetime) -> None:
    """What is true after every command that was not refused."""
    assert (after.closed_at is None) == (after.outcome is None) == after.is_open
    assert after.is_open == (after.state not in (CaseState.RESOLVED, CaseState.DISMISSED))
    assert (after.state is CaseState.WAITING) == (after.snooze_until is not None)
    assert (after.lease_until is None) or (after.owner_id is not None and after.is_open)
    assert after.state is not CaseState.NEW or after.owner_id is None
    assert after.version in (before.version, before.version + 1)
    held = (
        before.owner_id is not None and before.lease_until is not None and before.lease_until > now
    )
    if held and before.owner_id != command.actor.id and not command.actor.leads:
        assert after.owner_id == before.owner_id
        assert after.draft_seq == before.draft_seq
        assert after.last_type in (before.last_type, EventType.NOTED, *BESIDE)


_TYPED = itertools.count()


@pytest.fixture(scope="module")
def typed_db(tmp_path_factory: pytest.TempPathFactory) -> Database:
    return with_cases(tmp_path_factory.mktemp("typed"), 300)


TYPE, UNDO = "type", "undo"
Make = Callable[[Person, datetime, Person], AnyCommand]
DOINGS = st.sampled_from(
    [
        TYPE,
        TYPE,
        UNDO,
        lambda who, at, _: Claim(actor=who, take_over=who.leads),
        lambda who, at, _: Release(actor=who),
        lambda who, at, _: SaveDraft(actor=who, text=f"saved by {who.name} at {at}"),
        lambda who, at, _: RecordReply(actor=who, text="Sorry"),
        lambda who, at, _: Resolve(actor=who, root_cause="late", action="refund"),
        lambda who, at, _: Dismiss(actor=who, reason="not us"),
        lambda who, at, _: Snooze(actor=who, until=at + LEASE),
        lambda who, at, _: Reopen(actor=who),
        lambda who, at, other: Transfer(actor=who, to=other),
        lambda who, at, _: AskApproval(actor=who),
        lambda who, at, _: Approve(actor=who),
        lambda who, at, _: SendBack(actor=who, note="kinder"),
        lambda who, at, _: Pause(actor=who, reason="asked"),
        lambda who, at, _: Resume(actor=who),
        lambda who, at, _: MentionGone(actor=EARSHOT),
    ]
)


@given(
    steps=st.lists(
        st.tuples(
            DOINGS,
            st.sampled_from(["Ana", "Ben", "Lea"]),
            st.sampled_from(["Ana", "Ben"]),
            st.integers(0, 20),
        ),
        max_size=25,
    )
)
def test_no_draft_is_lost_in_any_interleaving(
    typed_db: Database, steps: list[tuple[Make | str, str, str, int]]
) -> None:
    """Whatever anybody typed is the present text or was sealed as a draft of its writer."""
    db, now, who = typed_db, NOW, hired(typed_db)
    case_id = next(_TYPED) % 300 + 1
    last: tuple[str, str] | None = None
    for number, (doing, name, other, minutes) in enumerate(steps):
        now += minutes * MINUTE
        before = cases.load(db.reader(), case_id)
        try:
            if doing == TYPE:
                text = f"{name} typed {number}"
                writing.keep(db, case_id, who[name], text, now, mention_version=1)
                last = (name, text)
            elif doing == UNDO:
                cases.undo(db, case_id, who[name], now, version=before.version - 1)
            else:
                assert not isinstance(doing, str)
                cases.act(db, case_id, doing(who[name], now, who[other]), now)
        except (Refused, UserError):
            assert cases.load(db.reader(), case_id) == before
        if last is not None:
            kept = writing.current(db.reader(), case_id)
            sealed = [(d.author, d.text) for d in case_lists.drafts(db.reader(), case_id)]
            assert last in sealed or (kept is not None and (kept.person, kept.text) == last)
    assert differences(db.reader()) == []


def test_a_broken_projection_is_found_and_mended(db: Database, ana: Person) -> None:
    act(db, Claim(actor=ana))
    conn = db.reader()
    assert differences(conn) == []
    with db.write() as writing:
        writing.execute("UPDATE cases SET priority = 1, owner_id = NULL WHERE id = 1")
        writing.execute("DELETE FROM cases WHERE id = 2")
        writing.execute("UPDATE cases SET id = 77 WHERE id = 3")
    assert differences(conn) == [
        "case 1 differs from its events in: priority, owner_id",
        "case 2 is missing",
        "case 3 is missing",
    ]
    with db.write() as writing:
        assert rebuild(writing) == 3
    assert differences(conn) == []


def test_times_are_kept_to_the_millisecond(db: Database, ana: Person) -> None:
    odd = NOW + timedelta(microseconds=1_999)
    case = act(db, Claim(actor=ana), odd)
    assert case.last_at == NOW + timedelta(milliseconds=1)
    assert case.lease_until is not None
    assert millis(case.lease_until) == millis(NOW + LEASE) + 1
    assert differences(db.reader()) == []
