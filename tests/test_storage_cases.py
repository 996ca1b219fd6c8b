"""Cases: what is allowed, who is refused and why, and that the projection is its events."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from storage import audit, case_lists, cases, shelves
from storage.case_model import (
    LEASE,
    AnsweredElsewhere,
    AnyCommand,
    Claim,
    Dismiss,
    Heartbeat,
    MentionChanged,
    MentionGone,
    Note,
    RecordReply,
    Release,
    Reopen,
    Resolve,
    SaveDraft,
    Snooze,
    Transfer,
)
from storage.case_projection import differences
from storage.database import Database
from storage.errors import Conflict, InputError, Refused
from storage.models import CaseState
from storage.people import EARSHOT, Person, Role
from tests.desk import NOW, act, named, review, store, with_cases

MINUTE = timedelta(minutes=1)


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return with_cases(tmp_path, 3)


def test_a_case_from_claim_to_resolution(db: Database, ana: Person) -> None:
    case = act(db, Claim(actor=ana))
    assert (case.state, case.owner, case.lease_until) == (CaseState.CLAIMED, "Ana", NOW + LEASE)
    case = act(db, SaveDraft(actor=ana, text="We are sorry"), NOW + MINUTE)
    assert (case.draft, case.draft_by, case.version) == ("We are sorry", "Ana", 3)
    case = act(db, RecordReply(actor=ana, url="https://play.example/r1#reply"), NOW + 2 * MINUTE)
    assert (case.state, case.answered_at) == (CaseState.ANSWERED, NOW + 2 * MINUTE)
    assert case.is_open
    case = act(
        db, Resolve(actor=ana, root_cause="Late delivery", action="refunded"), NOW + 3 * MINUTE
    )
    assert (case.state, case.outcome) == (CaseState.RESOLVED, "resolved")
    assert (case.root_cause, case.action, case.owner) == ("Late delivery", "refunded", "Ana")
    assert not case.is_open
    told = [(each.event.type.value, each.actor) for each in case_lists.history(db.reader(), 1)]
    assert told == [
        ("opened", "earshot"),
        ("claimed", "Ana"),
        ("drafted", "Ana"),
        ("replied", "Ana"),
        ("resolved", "Ana"),
    ]
    assert case_lists.root_causes(db.reader()) == ["Late delivery"]


REFUSALS: list[tuple[str, Callable[[Person], AnyCommand], str]] = [
    ("claim", lambda who: Claim(actor=who), "Ana holds case 1 until 10:30 UTC; a lead may"),
    ("take", lambda who: Claim(actor=who, take_over=True), "only a lead may take it over"),
    ("beat", lambda who: Heartbeat(actor=who), "Ana holds case 1 until 10:30 UTC"),
    ("release", lambda who: Release(actor=who), "Ana holds case 1"),
    ("draft", lambda who: SaveDraft(actor=who, text="x"), "Ana holds case 1"),
    ("reply", lambda who: RecordReply(actor=who, url="http://a.b"), "Ana holds case 1"),
    ("resolve", lambda who: Resolve(actor=who, root_cause="x", action="y"), "Ana holds case 1"),
    ("dismiss", lambda who: Dismiss(actor=who, reason="x"), "Ana holds case 1"),
    ("snooze", lambda who: Snooze(actor=who, until=NOW + LEASE), "Ana holds case 1"),
    ("transfer", lambda who: Transfer(actor=who, to=who), "they or a lead may hand it on"),
    ("reopen", lambda who: Reopen(actor=who), "case 1 is open already"),
]


@pytest.mark.parametrize(
    ("make", "words"), [each[1:] for each in REFUSALS], ids=[each[0] for each in REFUSALS]
)
def test_what_another_holds_is_refused_by_name(
    db: Database, ana: Person, ben: Person, make: Callable[[Person], AnyCommand], words: str
) -> None:
    act(db, Claim(actor=ana))
    before = audit.head(db.reader())
    with pytest.raises(Refused, match=words):
        act(db, make(ben))
    assert audit.head(db.reader()) == before


@pytest.mark.parametrize(
    "make",
    [
        lambda who: SaveDraft(actor=who, text="x"),
        lambda who: RecordReply(actor=who, url="http://a.b"),
        lambda who: Resolve(actor=who, root_cause="x", action="y"),
        lambda who: Heartbeat(actor=who),
    ],
)
def test_what_nobody_holds_must_be_claimed_first(
    db: Database, ana: Person, make: Callable[[Person], AnyCommand]
) -> None:
    with pytest.raises(Refused, match="nobody holds case 1; claim it first"):
        act(db, make(ana))


def test_a_closed_case_says_who_closed_it(db: Database, ana: Person, ben: Person) -> None:
    act(db, Dismiss(actor=ana, reason="not about us"))
    for command in (
        Claim(actor=ben),
        SaveDraft(actor=ben, text="x"),
        Snooze(actor=ben, until=NOW + LEASE),
        Dismiss(actor=ben, reason="again"),
        Transfer(actor=ben, to=ana),
    ):
        with pytest.raises(Refused, match=r"closed \(dismissed\): Ana dismissed it 10:00 UTC"):
            act(db, command)
    case = act(db, Reopen(actor=ben, reason="it was"), NOW + MINUTE)
    assert (case.state, case.owner, case.reason, case.outcome) == (CaseState.NEW, None, None, None)
    assert case.due_at == NOW + MINUTE + timedelta(hours=24)


def test_a_viewer_only_looks(db: Database) -> None:
    viewer = named(db, "Vic", Role.VIEWER)
    with pytest.raises(Refused, match="Vic may look but not act"):
        act(db, Claim(actor=viewer))
    with pytest.raises(Refused, match="Vic may not work on cases"):
        act(db, Transfer(actor=named(db, "Ana"), to=viewer))


def test_leases_run_out_and_are_extended(db: Database, ana: Person, ben: Person) -> None:
    act(db, Claim(actor=ana))
    assert act(db, Heartbeat(actor=ana), NOW + 10 * MINUTE).lease_until == NOW + LEASE
    case = act(db, Heartbeat(actor=ana), NOW + 20 * MINUTE)
    assert (case.lease_until, case.version) == (NOW + 50 * MINUTE, 2)
    with pytest.raises(Refused, match="until 10:50"):
        act(db, Claim(actor=ben), NOW + 49 * MINUTE)
    case = act(db, Claim(actor=ben), NOW + 50 * MINUTE)
    assert case.owner == "Ben"
    with pytest.raises(Refused, match="Ben holds case 1"):
        act(db, SaveDraft(actor=ana, text="mine?"), NOW + 51 * MINUTE)


def test_a_lease_that_ran_out_still_counts_until_another_claims(db: Database, ana: Person) -> None:
    act(db, Claim(actor=ana))
    late = NOW + timedelta(days=1)
    assert act(db, SaveDraft(actor=ana, text="x"), late).lease_until == late + LEASE


def test_a_lead_takes_over_on_purpose_only(db: Database, ana: Person, lea: Person) -> None:
    act(db, Claim(actor=ana))
    with pytest.raises(Refused, match="a lead may take it over"):
        act(db, Claim(actor=lea))
    assert act(db, Claim(actor=lea, take_over=True)).owner == "Lea"
    event = case_lists.history(db.reader(), 1)[-1].event
    assert event.data["from"] == ana.id


def test_hand_on_and_give_back(db: Database, ana: Person, ben: Person, lea: Person) -> None:
    case = act(db, Transfer(actor=ana, to=ben))
    assert (case.owner, case.lease_until) == ("Ben", NOW + timedelta(hours=24))
    assert act(db, Transfer(actor=lea, to=ana)).owner == "Ana"
    version = act(db, Transfer(actor=ana, to=ana)).version
    assert version == 3
    case = act(db, Release(actor=ana))
    assert (case.state, case.owner, case.lease_until) == (CaseState.NEW, None, None)
    with pytest.raises(Refused, match="nobody holds"):
        act(db, Release(actor=ana))


def test_put_aside(db: Database, ana: Person, ben: Person) -> None:
    act(db, Claim(actor=ana))
    case = act(db, Snooze(actor=ana, until=NOW + timedelta(hours=2)))
    assert (case.state, case.owner, case.lease_until) == (CaseState.WAITING, "Ana", None)
    with pytest.raises(Refused, match="Ana put case 1 aside until 12:00 UTC"):
        act(db, Claim(actor=ben))
    with pytest.raises(Refused, match="aside until 12:00 UTC; claim it first"):
        act(db, SaveDraft(actor=ana, text="x"))
    assert act(db, Claim(actor=ben), NOW + timedelta(hours=2)).owner == "Ben"
    for until in (NOW, NOW - MINUTE, NOW + timedelta(days=400)):
        with pytest.raises(InputError, match="between now and one year"):
            act(db, Snooze(actor=ana, until=until), case_id=2)
    act(db, Snooze(actor=ben, until=NOW + timedelta(hours=2)), case_id=3)
    assert shelves.count(db.reader(), shelves.Shelf.WAITING, ben, NOW) == 1
    assert cases.undo(db, 3, ben, NOW, version=1).owner is None


def test_a_stale_page_is_told_what_happened(db: Database, ana: Person, ben: Person) -> None:
    seen = act(db, Claim(actor=ana))
    act(db, Note(actor=ben, text="she called, too"), NOW + MINUTE)
    with pytest.raises(
        Conflict, match=r"Ben left a note at 2026-11-21 10:01 UTC \(you saw version 2, it is 3\)"
    ):
        act(db, SaveDraft(actor=ana, text="x", version=seen.version), NOW + 2 * MINUTE)
    assert act(db, SaveDraft(actor=ana, text="x", version=3), NOW + 2 * MINUTE).version == 4


def test_a_changed_text_is_a_conflict_even_before_the_case_heard_of_it(
    db: Database, ana: Person
) -> None:
    act(db, Claim(actor=ana))
    store(db, [review(1, text="Broken again, and now rude")])
    with pytest.raises(Conflict, match=r"changed by the customer \(you saw version 1, it is 2\)"):
        act(db, RecordReply(actor=ana, url="https://a.b", mention_version=1))
    case = act(db, RecordReply(actor=ana, url="https://a.b", mention_version=2))
    assert case.state is CaseState.ANSWERED


def test_a_vanished_text_cannot_be_answered(db: Database, ana: Person) -> None:
    act(db, Claim(actor=ana))
    store(db, gone=[("play:com.acme", "r1")])
    with pytest.raises(Conflict, match="deleted at its source"):
        act(db, SaveDraft(actor=ana, text="x", mention_version=1))
    with pytest.raises(Refused, match="nobody can answer it"):
        act(db, RecordReply(actor=ana, url="https://a.b"))
    case = act(db, Resolve(actor=ana, root_cause="x", action="called them"))
    assert case.state is CaseState.RESOLVED


@pytest.mark.parametrize(
    "make",
    [
        lambda who: RecordReply(actor=who),
        lambda who: RecordReply(actor=who, url="javascript:alert(1)"),
        lambda who: Resolve(actor=who, root_cause=" ", action="x"),
        lambda who: Resolve(actor=who, root_cause="x", action=""),
        lambda who: Dismiss(actor=who, reason="\n"),
        lambda who: Note(actor=who, text=""),
        lambda who: SaveDraft(actor=who, text="x" * 20_001),
    ],
)
def test_input_that_says_nothing_or_too_much(
    db: Database, ana: Person, make: Callable[[Person], AnyCommand]
) -> None:
    act(db, Claim(actor=ana))
    with pytest.raises(InputError):
        act(db, make(ana))


def test_hostile_words_are_kept_as_far_as_text_goes(db: Database, ana: Person) -> None:
    act(db, Claim(actor=ana))
    hostile = "a\x00b \ud800 \u202e<script> '; DROP TABLE cases;-- 🙂"
    case = act(db, SaveDraft(actor=ana, text=hostile))
    assert case.draft == "a\ufffdb \ufffd \u202e<script> '; DROP TABLE cases;-- 🙂"


def test_saving_the_same_draft_twice_is_one_event(db: Database, ana: Person) -> None:
    act(db, Claim(actor=ana))
    act(db, SaveDraft(actor=ana, text="one"))
    head = audit.head(db.reader())
    act(db, SaveDraft(actor=ana, text="one"))
    assert audit.head(db.reader()) == head
    act(db, SaveDraft(actor=ana, text="two"))
    assert [each.text for each in case_lists.drafts(db.reader(), 1)] == ["one", "two"]


def test_news_from_the_source(db: Database, ana: Person) -> None:
    act(db, Claim(actor=ana))
    case = act(db, MentionChanged(actor=EARSHOT, to_version=2))
    assert (case.changed, case.mention_version, case.state) == (True, 2, CaseState.CLAIMED)
    assert act(db, MentionChanged(actor=EARSHOT, to_version=2)).version == case.version
    assert not act(db, SaveDraft(actor=ana, text="x")).changed
    case = act(db, AnsweredElsewhere(actor=EARSHOT), NOW + MINUTE)
    assert (case.state, case.outcome, case.is_open) == (
        CaseState.RESOLVED,
        "answered_elsewhere",
        False,
    )
    assert act(db, MentionGone(actor=EARSHOT)).version == case.version
    case = act(db, MentionGone(actor=EARSHOT), case_id=2)
    assert (case.state, case.outcome) == (CaseState.DISMISSED, "mention_gone")


def test_our_own_reply_found_at_the_source_is_not_somebody_elses(db: Database, ana: Person) -> None:
    act(db, Claim(actor=ana))
    case = act(db, RecordReply(actor=ana, url="https://a.b"))
    assert act(db, AnsweredElsewhere(actor=EARSHOT)) == case


def test_an_erasure_takes_the_words_and_keeps_the_case(db: Database, ana: Person) -> None:
    act(db, Claim(actor=ana))
    act(db, SaveDraft(actor=ana, text="Dear Mrs Zapotek"))
    act(db, RecordReply(actor=ana, url="https://a.b/zapotek", text="Dear Mrs Zapotek"))
    act(db, Resolve(actor=ana, root_cause="the Zapotek parcel", action="called Mrs Zapotek"))
    act(db, Claim(actor=ana), case_id=2)
    act(db, Resolve(actor=ana, root_cause="lost", action="sent again"), case_id=2)
    wanted = [cases.load(db.reader(), case_id).mention_id for case_id in (1, 2, 3)]
    assert cases.erase(db, [*wanted, 4711], EARSHOT, NOW) == 3
    conn = db.reader()
    assert differences(conn) == []
    found = [cases.load(conn, case_id) for case_id in (1, 2, 3)]
    assert [each.state.value for each in found] == ["resolved", "resolved", "dismissed"]
    assert found[0].draft is found[0].reply_url is found[0].action is None
    assert found[0].root_cause == "erased 1"
    assert case_lists.drafts(conn, 1) == []
    assert [each.erased for each in case_lists.history(conn, 1)][2:] == [True] * 3 + [False]
    db.close()
    assert b"apotek" not in b"".join(each.read_bytes() for each in db.path.parent.iterdir())
