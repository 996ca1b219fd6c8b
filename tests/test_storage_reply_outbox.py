"""Replies on their way: accepted from the holder alone, taken back, claimed once, recorded once."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import audit, cases, outbox, people, privacy, reply_outbox, rules
from storage.case_model import (
    AnsweredElsewhere,
    Case,
    Claim,
    MentionGone,
    Note,
    Reopen,
    SaveDraft,
    Snooze,
    Transfer,
)
from storage.case_projection import differences
from storage.database import Database
from storage.errors import Conflict, InputError, NotFound, Refused
from storage.jobs import sender
from storage.models import CaseState
from storage.outbox import Channel, Entry, State
from storage.people import EARSHOT, Person, Role
from storage.reply_outbox import UNDO, Closing
from tests.desk import NOW, mention_id, review, store, with_cases

SECOND = timedelta(seconds=1)
LEAVES = NOW + UNDO
ME = sender()


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return with_cases(tmp_path, 3)


def named(db: Database, name: str, role: Role = Role.AGENT) -> Person:
    with db.write() as conn:
        return people.person(conn, name, NOW, role=role)


def queued(db: Database, ana: Person, text: str = "We are sorry.") -> Entry:
    cases.act(db, 1, Claim(actor=ana), NOW)
    return reply_outbox.enqueue_reply(db, 1, text, ana, NOW)


def leave(db: Database, now: object = LEAVES) -> Entry | None:
    return outbox.claim(db, Channel.REPLY, ME, now)  # type: ignore[arg-type]


def case(db: Database) -> Case:
    return cases.load(db.reader(), 1)


def told(db: Database) -> list[str]:
    rows = db.reader().execute("SELECT type FROM case_events WHERE case_id = 1 ORDER BY seq")
    return [kind for (kind,) in rows]


def test_a_reply_leaves_after_the_undo_window_and_is_recorded(db: Database, ana: Person) -> None:
    entry = queued(db, ana, " We are sorry. ")
    assert (entry.state, entry.content, entry.next_at) == (State.PENDING, "We are sorry.", LEAVES)
    assert case(db).state is CaseState.SENDING
    assert leave(db, LEAVES - SECOND) is None
    mine = leave(db)
    assert mine is not None
    assert (mine.id, mine.attempts, mine.state) == (entry.id, 1, State.SENDING)
    assert reply_outbox.obstacle(db.reader(), mine) is None
    where = reply_outbox.address(db.reader(), case(db).mention_id)
    assert where is not None
    assert (where.sources, where.native_id) == (("play",), "r1")
    assert reply_outbox.posted(db, mine, ME, LEAVES, native_id="r1", url="https://a.example/r1")
    after = case(db)
    assert (after.state, after.answered_at, after.owner) == (CaseState.ANSWERED, LEAVES, "Ana")
    assert after.reply_url == "https://a.example/r1"
    assert told(db) == ["opened", "claimed", "queued", "replied"]
    sent = outbox.get(db.reader(), entry.id)
    assert (sent.state, sent.native_id) == (State.SENT, "r1")
    assert leave(db, NOW + timedelta(days=1)) is None
    assert differences(db.reader()) == []


def test_a_reply_may_close_its_case(db: Database, ana: Person) -> None:
    cases.act(db, 1, Claim(actor=ana), NOW)
    closing = Closing("late courier", "refund")
    reply_outbox.enqueue_reply(db, 1, "Sorry", ana, NOW, closing=closing)
    mine = leave(db)
    assert mine is not None
    reply_outbox.posted(db, mine, ME, LEAVES, native_id="r", url="")
    after = case(db)
    assert (after.state, after.root_cause, after.action) == (
        CaseState.RESOLVED,
        "late courier",
        "refund",
    )


def test_only_the_holder_may_send_and_only_what_they_saw(db: Database, ana: Person) -> None:
    ben = named(db, "Ben")
    with pytest.raises(Refused, match="claim it first"):
        reply_outbox.enqueue_reply(db, 1, "Sorry", ana, NOW)
    held = cases.act(db, 1, Claim(actor=ana), NOW)
    with pytest.raises(Refused, match="Ana holds case 1"):
        reply_outbox.enqueue_reply(db, 1, "Sorry", ben, NOW)
    with pytest.raises(InputError, match="a reply is needed"):
        reply_outbox.enqueue_reply(db, 1, "  ", ana, NOW)
    with pytest.raises(Conflict, match="moved on"):
        reply_outbox.enqueue_reply(db, 1, "Sorry", ana, NOW, version=held.version - 1)
    store(db, [review(1, text="Much better now")], now=NOW)
    with pytest.raises(Conflict, match="changed by the customer"):
        reply_outbox.enqueue_reply(db, 1, "Sorry", ana, NOW, mention_version=1)
    assert outbox.entries(db.reader()) == []


def test_a_reply_on_its_way_holds_the_case(db: Database, ana: Person) -> None:
    lea = named(db, "Lea", Role.LEAD)
    queued(db, ana)
    before = case(db)
    for command in (
        Claim(actor=lea, take_over=True),
        SaveDraft(actor=ana, text="other"),
        Snooze(actor=ana, until=NOW + timedelta(days=1)),
        Transfer(actor=ana, to=lea),
    ):
        with pytest.raises(Refused, match="on its way; take it back first"):
            cases.act(db, 1, command, NOW)
    with pytest.raises(Refused, match="on its way"):
        reply_outbox.enqueue_reply(db, 1, "again", ana, NOW)
    cases.act(db, 1, AnsweredElsewhere(actor=EARSHOT), NOW)
    cases.act(db, 1, MentionGone(actor=EARSHOT), NOW)
    assert case(db) == before
    cases.act(db, 1, Note(actor=lea, text="good"), NOW)


def test_it_can_be_taken_back_until_it_leaves(db: Database, ana: Person) -> None:
    entry = queued(db, ana)
    with pytest.raises(Refused, match="they or a lead"):
        reply_outbox.cancel(db, entry.id, named(db, "Ben"), NOW + SECOND)
    reply_outbox.cancel(db, entry.id, ana, NOW + SECOND)
    after = case(db)
    assert (after.state, after.owner, after.answered_at) == (CaseState.CLAIMED, "Ana", None)
    assert leave(db) is None
    with pytest.raises(Refused, match="taken back already"):
        reply_outbox.cancel(db, entry.id, ana, NOW)
    other = reply_outbox.enqueue_reply(db, 1, "Better words", ana, NOW + SECOND)
    assert leave(db, LEAVES + SECOND) is not None
    with pytest.raises(Refused, match="being sent right now"):
        reply_outbox.cancel(db, other.id, ana, LEAVES + SECOND)


def test_what_changed_or_vanished_meanwhile_is_not_answered(db: Database, ana: Person) -> None:
    queued(db, ana)
    store(db, [review(1, text="Much better now")], now=NOW + SECOND)
    mine = leave(db)
    assert mine is not None
    why = reply_outbox.obstacle(db.reader(), mine)
    assert why == "the customer changed the text meanwhile; nothing was sent: look again"
    reply_outbox.failed(db, mine, ME, LEAVES, why)
    assert (case(db).state, case(db).owner) == (CaseState.CLAIMED, "Ana")
    with pytest.raises(Conflict, match="changed by the customer"):
        reply_outbox.retry(db, mine.id, ana, LEAVES)
    reply_outbox.retry(db, mine.id, ana, LEAVES, mention_version=2)
    assert case(db).state is CaseState.SENDING
    store(db, [], gone=[(review(1).place, review(1).native_id)], now=LEAVES)
    again = leave(db)
    assert again is not None
    assert again.attempts == 2
    why = reply_outbox.obstacle(db.reader(), again)
    assert why == "the text was deleted at its source; nothing was sent"
    reply_outbox.failed(db, again, ME, LEAVES, why)
    rules.open_cases(db, None, LEAVES)
    assert (case(db).state, case(db).outcome) == (CaseState.DISMISSED, "mention_gone")


def test_an_answer_found_at_the_site_closes_the_case(db: Database, ana: Person) -> None:
    queued(db, ana)
    mine = leave(db)
    assert mine is not None
    reply_outbox.failed(db, mine, ME, LEAVES, "somebody answered there", elsewhere=True)
    assert (case(db).state, case(db).outcome) == (CaseState.RESOLVED, "answered_elsewhere")
    assert outbox.get(db.reader(), mine.id).state is State.CANCELLED


def test_a_claim_passes_on_only_from_the_dead_or_the_hung(db: Database, ana: Person) -> None:
    queued(db, ana)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert outbox.claim(db, Channel.REPLY, f"{gone.pid}:dead", LEAVES) is not None
    mine = leave(db)
    assert mine is not None
    assert mine.attempts == 2
    other = sender()
    assert outbox.claim(db, Channel.REPLY, other, LEAVES + SECOND) is None
    later = LEAVES + outbox.HOLD
    assert not outbox.is_mine(db.reader(), mine.id, ME, later)
    assert outbox.claim(db, Channel.REPLY, other, later) is not None
    assert not reply_outbox.posted(db, mine, ME, later, native_id="x", url="")
    assert not reply_outbox.failed(db, mine, ME, later, "no")
    assert not outbox.postpone(db, mine.id, ME, later, "no", later)
    assert reply_outbox.posted(db, mine, other, later, native_id="x", url="")
    assert told(db).count("replied") == 1


def test_erasing_takes_the_words_and_stops_what_waits(db: Database, ana: Person) -> None:
    entry = queued(db, ana, "Dear Mrs Unforgettable, we are sorry")
    lea = named(db, "Lea", Role.LEAD)
    privacy.erase(db, [mention_id(db, "r1")], "mentions", lea, NOW)
    row = outbox.get(db.reader(), entry.id)
    assert (row.state, row.content, row.url) == (State.CANCELLED, None, None)
    assert leave(db) is None
    assert case(db).state is CaseState.DISMISSED
    assert audit.check(db.reader(), db.key("audit")) == []
    assert differences(db.reader()) == []


def test_an_unknown_number_is_not_found(db: Database, ana: Person) -> None:
    with pytest.raises(NotFound, match="numbered 77"):
        reply_outbox.cancel(db, 77, ana, NOW)


_NUMBER = itertools.count()


@pytest.fixture(scope="module")
def shared_db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    db = with_cases(tmp_path_factory.mktemp("outbox"), 200)
    yield db
    assert differences(db.reader()) == []
    assert audit.check(db.reader(), db.key("audit")) == []


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["claim", "queue", "cancel", "retry", "begin", "post", "fail", "reopen"]),
        st.sampled_from(["Ana", "Ben", "Lea"]),
        st.sampled_from([ME, f"{ME}2"]),
        st.integers(0, 200),
    ),
    max_size=25,
)


@settings(max_examples=60)
@given(steps=STEPS)
def test_nothing_is_sent_twice_over_any_interleaving(
    shared_db: Database, steps: list[tuple[str, str, str, int]]
) -> None:
    """A site that posts at once; senders that post, when their claim stands, and may then die."""
    db, now, number = shared_db, NOW, next(_NUMBER) % 200 + 1
    who = {name: named(db, name) for name in ("Ana", "Ben")} | {"Lea": named(db, "Lea", Role.LEAD)}
    site = set[str]()
    at: dict[str, Entry] = {}
    for step, name, by, seconds in steps:
        now += seconds * SECOND
        known = outbox.of_mention(db.reader(), cases.load(db.reader(), number).mention_id)
        try:
            if step == "claim":
                cases.act(db, number, Claim(actor=who[name]), now)
            elif step == "reopen":
                cases.act(db, number, Reopen(actor=who[name]), now)
            elif step == "queue":
                reply_outbox.enqueue_reply(db, number, "Sorry", who[name], now)
            elif step == "cancel" and known:
                reply_outbox.cancel(db, known.id, who[name], now)
            elif step == "retry" and known:
                reply_outbox.retry(db, known.id, who[name], now)
            elif step == "begin":
                found = outbox.claim(db, Channel.REPLY, by, now)
                if found is not None:
                    at[by] = found
            elif by in at and outbox.is_mine(db.reader(), at[by].id, by, now):
                entry = at[by]
                if step == "post":
                    site.add(entry.key)  # a sender looks first: see the tests of the sender
                    if seconds % 3:
                        reply_outbox.posted(db, entry, by, now, native_id="n", url="")
                elif entry.key not in site:
                    reply_outbox.failed(db, entry, by, now, "refused")
        except Refused:
            pass
        case = cases.load(db.reader(), number)
        states = stand(db, number)
        assert sum(each in (State.PENDING, State.SENDING) for _, each in states) == (
            case.state is CaseState.SENDING
        )
    replied = db.reader().execute(
        "SELECT count(*) FROM case_events WHERE case_id = ? AND type = 'replied'", (number,)
    )
    done = {key for key, state in stand(db, number) if state == State.SENT}
    assert replied.fetchone()[0] == len(done)
    assert done <= site


def stand(db: Database, number: int) -> list[tuple[str, str]]:
    rows = db.reader().execute("SELECT key, state FROM outbox WHERE case_id = ?", (number,))
    return [(key, state) for key, state in rows]
