"""Case rules: which mention opens a case, why, when it is due, and what follows a change."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import case_lists, cases, people, revisions, rules, workspace
from storage.case_model import Case, Claim, Dismiss, RecordReply
from storage.case_projection import differences
from storage.database import Database
from storage.errors import ConfigError, NotFound, Refused
from storage.models import (
    Brand,
    CaseState,
    Intent,
    Kind,
    Label,
    Observation,
    Source,
    Topic,
    Urgency,
)
from storage.recast import ALL_HISTORY, ANALYSE, RULES
from storage.rule_matching import DEFAULT_RULES, CaseRule, Match, Subject, best, match
from tests.desk import NOW, mention_id, open_database, review, store

SUBJECT = Subject(
    kind=Kind.REVIEW,
    label=Label.NEGATIVE,
    stars=1.0,
    nps=None,
    score=-0.842,
    topics=("delivery", "price"),
    lang="en",
    source="play",
    own=True,
    text="Late again\nI want a refund, café owners!",
)


@pytest.fixture
def db(tmp_path: Path) -> Database:
    return open_database(tmp_path)


def opened(db: Database) -> list[Case]:
    return [each.case for each in case_lists.queue(db.reader())]


@pytest.mark.parametrize(
    ("rule", "reasons"),
    [
        (CaseRule("all"), ("1★",)),
        (CaseRule("r", kinds=(Kind.REVIEW,), max_rating=2), ("1★",)),
        (CaseRule("r", max_rating=0.5), None),
        (CaseRule("r", kinds=(Kind.SOCIAL,)), None),
        (CaseRule("r", max_nps=6), None),
        (CaseRule("r", labels=(Label.POSITIVE, Label.UNSURE)), None),
        (CaseRule("r", labels=(Label.NEGATIVE,), langs=("de", "en")), ("1★",)),
        (CaseRule("r", langs=("de",)), None),
        (CaseRule("r", sources=("apple",)), None),
        (CaseRule("r", sources=("apple", "play")), ("1★",)),
        (CaseRule("r", topics=("price", "staff")), ("1★", "price")),
        (CaseRule("r", topics=("staff",)), None),
        (CaseRule("r", keywords=("REFUND",)), ("1★", '"REFUND"')),
        (CaseRule("r", keywords=("late again", "cafe")), ("1★", '"late again"')),
        (CaseRule("r", keywords=("café owner*",)), ("1★", '"café owner*"')),
        (CaseRule("r", keywords=("café owner",)), None),
        (CaseRule("r", keywords=("fund", "ate", ".*", "*", "")), None),
        (CaseRule("r", topics=("price",), keywords=("money",)), None),
    ],
)
def test_a_rule_asks_for_every_condition(rule: CaseRule, reasons: tuple[str, ...] | None) -> None:
    assert match(rule, SUBJECT) == reasons


def test_reasons_say_what_anybody_would_look_at_first() -> None:
    everything = CaseRule("all", own_only=False)
    social = SUBJECT._replace(kind=Kind.SOCIAL, stars=None)
    assert match(everything, social) == ("negative 0.84",)
    assert match(everything, social._replace(score=None)) == ("negative",)
    assert match(everything, SUBJECT._replace(stars=1.5)) == ("1.5★",)
    survey = SUBJECT._replace(kind=Kind.SURVEY, stars=None, nps=3)
    assert match(everything, survey) == ("NPS 3", "negative 0.84")
    assert match(everything, survey._replace(label=Label.UNSURE)) == ("NPS 3",)


def test_other_brands_and_empty_texts() -> None:
    assert match(CaseRule("r"), SUBJECT._replace(own=False)) is None
    assert match(CaseRule("r", own_only=False), SUBJECT._replace(own=False)) is not None
    assert match(CaseRule("r", with_text=True), SUBJECT._replace(text=" \n")) is None


@pytest.mark.parametrize("word", ["返金", "คืนเงิน", "환불"])
def test_scripts_without_spaces_have_no_borders(word: str) -> None:
    rule = CaseRule("r", keywords=(word,))
    assert match(rule, SUBJECT._replace(text=f"すぐ{word}してください")) is not None
    assert match(rule, SUBJECT._replace(text="すぐしてください")) is None


@given(text=st.text(), keyword=st.text(max_size=8))
def test_any_text_and_keyword_can_be_matched(text: str, keyword: str) -> None:
    match(CaseRule("r", keywords=(keyword,)), SUBJECT._replace(text=text))


def test_the_most_urgent_rule_counts() -> None:
    slow = CaseRule("slow", priority=2, due_hours=48)
    fast = CaseRule("fast", priority=2, due_hours=4)
    top = CaseRule("top", priority=1, max_rating=1)
    assert best([slow, fast], SUBJECT) == Match(fast, ("1★",))
    assert best([slow, top, fast], SUBJECT) == Match(top, ("1★",))
    assert best([replace(slow, name="first"), slow], SUBJECT) == Match(
        replace(slow, name="first"), ("1★",)
    )
    assert best([], SUBJECT) is None


def survey(number: int, nps: int, text: str) -> Observation:
    return replace(review(number), kind=Kind.SURVEY, rating=None, nps=nps, text=text)


def social(number: int, text: str, brand: str | None = None) -> Observation:
    return replace(review(number), kind=Kind.SOCIAL, rating=None, text=text, brand=brand)


def test_the_defaults_open_what_asks_for_an_answer(db: Database) -> None:
    with db.write() as conn:
        workspace.save_brands(conn, [Brand("Acme"), Brand("Rival", own=False)], "file")
    store(
        db,
        [
            review(1, stars=1),
            review(2, stars=2),
            review(3, stars=3, text="bad"),
            review(4, stars=1, text=""),
            survey(5, 6, "could be better"),
            survey(6, 6, ""),
            survey(7, 9, "lovely"),
            social(8, "bad bad bad"),
            social(9, "good"),
            social(10, "bad rival", "Rival"),
        ],
    )
    assert rules.open_cases(db, None, NOW) == 5
    conn = db.reader()
    found = {
        row[0]: row[1:]
        for row in conn.execute(
            "SELECT i.native_id, c.rule, c.reasons, c.priority FROM cases c"
            " JOIN identities i ON i.mention_id = c.mention_id"
        )
    }
    assert found == {
        "r1": ("1 or 2 stars", '["1\\u2605"]', 2),
        "r2": ("1 or 2 stars", '["2\\u2605"]', 2),
        "r4": ("1 or 2 stars", '["1\\u2605"]', 2),
        "r5": ("Detractor with a comment", '["NPS 6"]', 2),
        "r8": ("Negative comment", '["negative 0.84"]', 3),
    }
    assert not rules.waiting(conn)
    assert rules.open_cases(db, None, NOW) == 0


def test_clocks_start_when_we_could_first_see_the_item(db: Database) -> None:
    published = NOW - timedelta(days=13)
    store(db, [replace(review(1), published_at=published)])
    later = NOW + timedelta(hours=5)
    assert rules.open_cases(db, [CaseRule("r", due_hours=2.5)], later) == 1
    (case,) = opened(db)
    assert case.opened_at == later
    assert case.due_at == NOW + timedelta(hours=2.5)


def test_history_opens_no_work_unless_asked(db: Database) -> None:
    old = [
        replace(review(n), published_at=NOW - timedelta(days=14, seconds=n)) for n in range(1, 4)
    ]
    young = replace(review(9), published_at=NOW - timedelta(days=14) + timedelta(seconds=1))
    store(db, [*old, young])
    assert rules.open_cases(db, None, NOW) == 1
    assert opened(db)[0].mention_id == mention_id(db, "r9")
    store(
        db,
        [replace(each, native_id=f"x{each.native_id}") for each in old],
        pending=ANALYSE | RULES | ALL_HISTORY,
    )
    assert rules.open_cases(db, None, NOW) == 3
    assert rules.open_cases(db, None, NOW) == 0


def test_only_once_analysed_and_only_if_wanted(db: Database) -> None:
    store(db, [review(1)], pending=ANALYSE)
    assert rules.open_cases(db, None, NOW) == 0
    assert not rules.waiting(db.reader())
    with db.write() as conn:
        conn.execute("UPDATE mentions SET pending = ?", (ANALYSE | RULES,))
    assert rules.open_cases(db, None, NOW) == 0


def test_answered_and_deleted_ones_open_nothing(db: Database) -> None:
    store(db, [replace(review(1), reply_text="We are sorry"), review(2)])
    store(db, gone=[("play:com.acme", "r2")])
    assert rules.open_cases(db, None, NOW) == 0
    assert not rules.waiting(db.reader())


def test_a_case_follows_its_mention(db: Database) -> None:
    store(db, [review(n) for n in range(1, 6)])
    assert rules.open_cases(db, None, NOW) == 5
    with db.write() as conn:
        ana = people.person(conn, "Ana", NOW)
    ids = {each.mention_id: each.id for each in opened(db)}
    case = {n: ids[mention_id(db, f"r{n}")] for n in range(1, 6)}
    cases.act(db, case[1], Claim(actor=ana), NOW)
    cases.act(db, case[4], Dismiss(actor=ana, reason="spam"), NOW)
    cases.act(db, case[5], Claim(actor=ana), NOW)
    cases.act(db, case[5], RecordReply(actor=ana, text="Sorry!"), NOW)
    later = NOW + timedelta(hours=1)
    store(
        db,
        [
            review(1, text="Broken, and they laughed"),
            replace(review(2), reply_text="Sorry"),
            review(4, text="still spam"),
            replace(review(5), reply_text="Sorry!"),
        ],
        gone=[("play:com.acme", "r3")],
        now=later,
    )
    assert rules.open_cases(db, None, later) == 0
    now = {n: cases.load(db.reader(), case[n]) for n in case}
    assert (now[1].state, now[1].changed, now[1].mention_version) == (CaseState.CLAIMED, True, 2)
    assert (now[2].state, now[2].outcome) == (CaseState.RESOLVED, "answered_elsewhere")
    assert (now[3].state, now[3].outcome) == (CaseState.DISMISSED, "mention_gone")
    assert (now[4].outcome, now[4].mention_version) == ("dismissed", 1)
    assert (now[5].state, now[5].is_open) == (CaseState.ANSWERED, True)
    assert differences(db.reader()) == []


def test_a_changed_and_answered_text_tells_both(db: Database) -> None:
    store(db, [review(1)])
    rules.open_cases(db, None, NOW)
    store(db, [replace(review(1, text="Changed"), reply_text="Thanks for telling")])
    rules.open_cases(db, None, NOW)
    told = [each.event.type.value for each in case_lists.history(db.reader(), 1)]
    assert told == ["opened", "mention_changed", "answered_elsewhere"]


def test_an_edit_for_the_worse_opens_a_case(db: Database) -> None:
    store(db, [review(1, stars=5, text="great")])
    assert rules.open_cases(db, None, NOW) == 0
    store(db, [review(1, stars=1, text="broke after a day")])
    assert rules.open_cases(db, None, NOW) == 1
    assert opened(db)[0].mention_version == 2


def test_batches_are_transactions_of_their_own(db: Database) -> None:
    store(db, [review(n) for n in range(25)])
    assert rules.open_cases(db, None, NOW, limit=10) == 25
    assert len({each.mention_id for each in opened(db)}) == 25


def test_a_batch_that_fails_leaves_nothing_behind(db: Database) -> None:
    store(db, [review(n) for n in range(5)])
    store(db, [review(9)], source=Source("apple", "feeds", brand="Acme"))
    fails_at_the_last = CaseRule("x", sources=("apple",), max_rating="many")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        rules.open_cases(db, [CaseRule("r"), fails_at_the_last], NOW)
    assert opened(db) == []
    assert rules.open_cases(db, [CaseRule("r")], NOW) == 6


def test_topics_and_sources_by_their_names(db: Database) -> None:
    with db.write() as conn:
        workspace.save_topics(conn, [Topic("staff", "Staff", ()), Topic("price", "Price", ())])
    store(db, [review(1), review(2, text="What a price")])
    store(db, [review(3)], source=Source("apple", "feeds", brand="Acme"))
    wanted = [CaseRule("p", topics=("price",)), CaseRule("s", sources=("apple",))]
    assert rules.open_cases(db, wanted, NOW) == 2
    found = {each.mention_id: (each.rule, each.reasons) for each in opened(db)}
    assert found == {
        mention_id(db, "r2"): ("p", ("1★", "price")),
        mention_id(db, "r3"): ("s", ("1★",)),
    }


def test_rules_are_kept_in_the_database(db: Database) -> None:
    conn = db.reader()
    assert rules.active(conn) == DEFAULT_RULES
    mine = CaseRule(
        "Refunds",
        kinds=(Kind.REVIEW, Kind.SURVEY),
        max_rating=3,
        max_nps=5,
        labels=(Label.NEGATIVE,),
        topics=("price",),
        keywords=("refund*",),
        langs=("de",),
        sources=("play",),
        own_only=False,
        with_text=True,
        priority=1,
        due_hours=4,
    )
    declared = [CaseRule("B"), CaseRule("A", priority=1)]
    with db.write() as writing:
        rules.save(writing, mine)
        rules.save(writing, CaseRule("Off"), enabled=False)
        rules.sync_file(writing, declared)
    assert rules.active(conn) == (*declared, mine)
    assert [(each.rule.name, each.origin) for each in rules.stored_rules(conn)] == [
        ("B", "file"),
        ("A", "file"),
        ("Refunds", "database"),
        ("Off", "database"),
    ]
    before = revisions.current(conn)
    with db.write() as writing:
        rules.sync_file(writing, declared)
    assert revisions.current(conn) == before
    with db.write() as writing:
        rules.sync_file(writing, [CaseRule("A", priority=2), CaseRule("B")])
        rules.remove(writing, "Off")
    assert revisions.current(conn)["settings"] > before["settings"]
    assert rules.active(conn) == (CaseRule("A", priority=2), CaseRule("B"), mine)
    with db.write() as writing:
        rules.sync_file(writing, [])
    assert rules.active(conn) == (mine,)


def test_rules_of_the_file_are_read_only(db: Database) -> None:
    with db.write() as conn:
        rules.sync_file(conn, [CaseRule("A")])
        with pytest.raises(Refused, match=r"declared in earshot\.toml"):
            rules.save(conn, CaseRule("A", priority=1))
        with pytest.raises(Refused):
            rules.remove(conn, "A")
        with pytest.raises(NotFound):
            rules.remove(conn, "Z")
        with pytest.raises(ConfigError):
            rules.sync_file(conn, [CaseRule("A"), CaseRule("A")])


def test_what_cannot_wait_opens_a_case_whatever_the_stars() -> None:
    happy = SUBJECT._replace(label=Label.POSITIVE, stars=5.0)
    assert best(DEFAULT_RULES, happy) is None
    for urgent in (Urgency.SAFETY, Urgency.LEGAL, Urgency.DATA_LEAK):
        found = best(DEFAULT_RULES, happy._replace(urgency=(urgent,)))
        assert found is not None
        assert found.rule.priority == 1
        assert found.reasons == (urgent.value.replace("_", " "), "5★")
    assert best(DEFAULT_RULES, happy._replace(urgency=(Urgency.REPEATED_CONTACT,))) is None


def test_a_question_is_work_although_it_is_neutral() -> None:
    asked = SUBJECT._replace(kind=Kind.SOCIAL, label=Label.NEUTRAL, stars=None, score=0.0)
    assert best(DEFAULT_RULES, asked) is None
    found = best(DEFAULT_RULES, asked._replace(intent=Intent.QUESTION))
    assert found is not None
    assert (found.rule.name, found.reasons) == ("Question", ("question",))
    assert match(CaseRule("r", intents=(Intent.LEAVING,)), asked) is None


def test_intent_and_urgency_of_a_rule_are_kept(db: Database) -> None:
    rule = CaseRule("r", intents=(Intent.LEAVING,), urgency=(Urgency.SAFETY,))
    with db.write() as conn:
        rules.save(conn, rule)
    (found,) = rules.active(db.reader())
    assert found == rule
    assert isinstance(found.intents[0], Intent)
    assert isinstance(found.urgency[0], Urgency)


def test_an_edited_text_changes_why_a_case_is_there(tmp_path: Path) -> None:
    db = open_database(tmp_path)
    made = [
        CaseRule("Bad", max_rating=2.0, priority=2, due_hours=24.0),
        CaseRule("Worst", max_rating=1.0, priority=1, due_hours=2.0),
    ]
    store(db, [review(1, stars=2.0), review(2, stars=2.0)])
    assert rules.open_cases(db, made, NOW) == 2
    before = cases.load(db.reader(), 1)
    store(db, [review(1, stars=1.0), review(2, stars=2.0, text="Broken a third time")])
    rules.open_cases(db, made, NOW)
    worse, same = cases.load(db.reader(), 1), cases.load(db.reader(), 2)
    assert (worse.priority, worse.rule, worse.reasons) == (1, "Worst", ("1★",))
    assert worse.due_at < before.due_at
    assert (same.priority, same.rule, same.due_at) == (2, "Bad", before.due_at)
