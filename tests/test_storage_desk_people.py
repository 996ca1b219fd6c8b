"""Customers by key, who is away, promised times, who has how much, and what flatters."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.desk import business_hours, customer_file
from sentiment import survival
from sentiment.survival import Wait
from storage import (
    cases,
    clocks,
    customer_columns,
    customers,
    desk_figures,
    people,
    rule_history,
    rule_preview,
    rules,
)
from storage.case_model import Claim, Pause, RecordReply, Release, Resolve, Transfer
from storage.case_projection import differences
from storage.clocks import Calendar, Policy
from storage.customers import Customer
from storage.database import Database
from storage.errors import InputError, NotFound, Refused
from storage.people import Person, Role
from storage.rule_matching import CaseRule
from tests.desk import NOW, open_database, review, store, with_cases

HOUR = timedelta(hours=1)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    made = with_cases(tmp_path, 3)
    yield made
    made.close()


def hired(db: Database) -> tuple[Person, Person, Person]:
    with db.write() as conn:
        lea = people.person(conn, "Lea", NOW, role=Role.LEAD)
        ana = people.person(conn, "Ana", NOW, role=Role.AGENT)
        return lea, ana, people.person(conn, "Ben", NOW, role=Role.AGENT)


def test_a_tier_and_a_column_are_conditions_of_rules(tmp_path: Path) -> None:
    db = open_database(tmp_path)
    lea, *_ = hired(db)
    with db.write() as conn:
        known = [
            Customer("customer 1", "One", "gold", 900.0, None, {"region": "north"}),
            Customer("customer 2", tier="silver", extra={"region": "south"}),
        ]
        assert customers.save(conn, known, lea, NOW) == 2
    store(db, [review(n, stars=5.0, text="Fine") for n in (1, 2, 3)])
    made = [
        CaseRule("Gold", tiers=("gold",), priority=1),
        CaseRule("South", customers=("region=south",)),
    ]
    assert rules.open_cases(db, made, NOW) == 2
    found = {case.rule: case for case in (cases.load(db.reader(), n) for n in (1, 2))}
    assert "gold customer" in found["Gold"].reasons
    assert "region=south" in found["South"].reasons
    assert customers.tiers(db.reader()) == ["gold", "silver"]
    assert customer_columns.columns(db.reader())["region"] == ["north", "south"]
    assert customers.of(db.reader(), "customer 1") == known[0]
    assert customers.of(db.reader(), "Customer 1") is None
    with db.write() as conn:
        customers.remove(conn, "customer 1", lea)
    assert customers.count(db.reader()) == 1
    with pytest.raises(Refused), db.write() as conn:
        customers.save(conn, known, people.person(conn, "Ana", NOW), NOW)
    db.close()


def test_further_messages_return_to_the_last_owner_unless_away(db: Database) -> None:
    lea, ana, _ = hired(db)
    cases.act(db, 1, Claim(actor=ana), NOW)
    cases.act(db, 1, RecordReply(actor=ana, text="Sorry"), NOW)
    store(db, [replace(review(11), author="customer 1")])
    assert rules.open_cases(db, None, NOW) == 1
    assert cases.load(db.reader(), 4).owner == "Ana"
    assert clocks.leave(db, ana, lea, NOW) == 1
    assert cases.load(db.reader(), 4).owner is None
    assert cases.load(db.reader(), 1).owner == "Ana"
    store(db, [replace(review(12), author="customer 1")])
    rules.open_cases(db, None, NOW)
    assert cases.load(db.reader(), 5).owner is None
    clocks.back(db, ana, lea)
    assert clocks.away(db.reader()) == frozenset()


def test_only_a_lead_sends_others_away(db: Database) -> None:
    _, ana, ben = hired(db)
    with pytest.raises(Refused):
        clocks.leave(db, ana, ben, NOW)
    with pytest.raises(Refused):
        clocks.back(db, ana, ben)
    assert clocks.leave(db, ana, ana, NOW) == 0


def test_a_promise_sets_the_due_time_of_new_cases(tmp_path: Path) -> None:
    db = open_database(tmp_path)
    lea, ana, _ = hired(db)
    calendar = Calendar("team", "UTC", dict.fromkeys(range(5), ((540, 1020),)))
    with db.write() as conn:
        clocks.save_calendar(conn, calendar, lea)
        clocks.save_policy(conn, Policy(0, "play", "", None, 120, "team"), lea)
        for wrong in (Policy(0, "", "", None, 0, ""), Policy(0, "", "", None, 10**9, "")):
            with pytest.raises(InputError):
                clocks.save_policy(conn, wrong, lea)
        with pytest.raises(NotFound):
            clocks.save_policy(conn, Policy(0, "", "", None, 5, "nowhere"), lea)
        with pytest.raises(Refused):
            clocks.save_policy(conn, Policy(0, "", "", None, 5, ""), ana)
        for broken in (
            calendar._replace(timezone="Mars/Base"),
            calendar._replace(periods={0: ((5, 5),)}),
            calendar._replace(periods={}),
        ):
            with pytest.raises(InputError):
                clocks.save_calendar(conn, broken, lea)
    conn = db.reader()
    made = clocks.calendars(conn)
    assert made == {"team": calendar}
    policies = clocks.policies(conn)
    store(db, [review(1)])  # a Saturday, 10:00
    rules.open_cases(db, None, NOW, promised=lambda p: business_hours.promised(policies, made, p))
    assert cases.load(conn, 1).due_at == datetime(2026, 11, 23, 11, tzinfo=UTC)
    with db.write() as writing:
        clocks.remove_policy(writing, policies[0].id, lea)
        with pytest.raises(NotFound):
            clocks.remove_policy(writing, policies[0].id, lea)
    db.close()


def test_who_has_how_much_and_how_long_it_took(db: Database) -> None:
    lea, ana, _ = hired(db)
    with db.write() as conn:
        customers.save(conn, [Customer("customer 1", tier="gold")], lea, NOW)
    cases.act(db, 1, Claim(actor=ana), NOW)
    cases.act(db, 2, Claim(actor=ana), NOW)
    cases.act(db, 1, RecordReply(actor=ana, text="Sorry"), NOW + HOUR)
    cases.act(db, 3, Claim(actor=lea), NOW)
    cases.act(db, 3, Resolve(actor=lea, root_cause="x", action="y"), NOW + 2 * HOUR)
    late = NOW + 40 * HOUR
    found = {each.name: each for each in desk_figures.workloads(db.reader(), late, NOW)}
    assert found["Ana"][2:] == (1, 1, 1, 1, False)
    assert found["Ben"][2:] == (0, 0, 0, 0, False)
    waits = desk_figures.waits(db.reader(), NOW - HOUR, late)
    assert sorted(waits) == [
        (1.0, True, False, "gold", 1),
        (2.0, False, False, "", 1),
        (40.0, False, True, "", 1),
    ]
    assert {each.group for each in desk_figures.waits(db.reader(), NOW - HOUR, late, "x")} == {""}
    kinds = [each.kind for each in desk_figures.suspicions(db.reader(), NOW - HOUR, late)]
    assert kinds == ["closed as dealt with, without an answer"]


def test_steps_that_flatter_are_told(db: Database) -> None:
    lea, ana, ben = hired(db)
    cases.act(db, 1, Claim(actor=ana), NOW)
    cases.act(db, 1, Pause(actor=ana, reason="coffee"), NOW)
    cases.act(db, 1, Transfer(actor=ana, to=ben), NOW)
    store(db, [review(1, stars=4.0)], now=NOW + HOUR)
    cases.act(db, 2, Claim(actor=ana), NOW)
    cases.act(db, 2, RecordReply(actor=ana, text="x"), NOW)
    cases.act(db, 2, Pause(actor=ana, reason="waits for the number"), NOW)
    cases.act(db, 3, Claim(actor=lea), NOW)
    cases.act(db, 3, Release(actor=lea), NOW)
    found = desk_figures.suspicions(db.reader(), NOW, NOW + HOUR)
    assert [(each.kind.split()[0], each.case_id, each.by) for each in found] == [
        ("clock", 1, "Ana"),
        ("changed", 1, "Ana"),
    ]


def test_a_list_of_customers() -> None:
    content = (
        "﻿Key;Name;Tier;Value;Owner;Region;\n"
        "mia;Mia Berg;gold;1 200,50;ana;north;\n"
        ";nobody;;;;;\n"
        "tom;Tom;;;zoe;south;\n"
        "kim;;silver;much;;;\n"
        "mia;again;;;;;\n"
    )
    found = customer_file.read(content.encode(), {"ana": 7})
    assert found.rows == (Customer("mia", "Mia Berg", "gold", 1200.5, 7, {"Region": "north"}),)
    assert [each.line for each in found.refused] == [3, 4, 5, 6]
    assert found.columns == ("Region",)
    for broken in (b"name,tier\nx,y\n", b"", "key\nä".encode("latin-1")):
        with pytest.raises(InputError):
            customer_file.read(broken, {})


@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=30))
def test_the_curve_is_a_share_and_equals_counting_when_nothing_waits(
    told: list[tuple[int, bool]],
) -> None:
    waits = [Wait(float(hours), answered) for hours, answered in told]
    steps = survival.curve(waits)
    assert all(a.answered <= b.answered for a, b in itertools.pairwise(steps))
    assert all(0 <= each.answered <= 1 + 1e-9 for each in steps)
    answered = [each for each in waits if each.answered]
    whole = survival.curve(answered)
    for hours in (0, 1, 5, 40):
        share = sum(each.hours <= hours for each in answered) / len(answered) if answered else 0.0
        assert survival.within(whole, hours) == pytest.approx(share)


def test_the_fair_median_is_later_than_the_plain_one() -> None:
    """Exponential waits cut off early: the plain median flatters, the curve does not."""
    quick = [Wait(hours / 10, True) for hours in range(1, 51)]
    slow = [Wait(5.0, False)] * 30
    steps = survival.curve([*quick, *slow])
    assert survival.plain_median([*quick, *slow]) == pytest.approx(2.55)
    assert survival.median(steps) == pytest.approx(4.0)
    assert survival.median(survival.curve(slow)) is None
    assert survival.plain_median(slow) is None
    counted = [Wait(1.0, True, 3), Wait(4.0, True, 3), Wait(9.0, False, 5)]
    each = [Wait(hours, done) for hours, done, count in counted for _ in range(count)]
    assert survival.curve(counted) == survival.curve(each)
    assert survival.plain_median(counted) == survival.plain_median(each) == 2.5


def test_a_changed_rule_opens_and_ranks_what_is_already_here(db: Database) -> None:
    """As the preview says, and never closes what somebody may be working on."""
    _, ana, _ = hired(db)
    store(db, [review(n, stars=4.0, text="Fine but bad") for n in (21, 22)])
    assert rules.open_cases(db, None, NOW) == 0
    cases.act(db, 1, Claim(actor=ana), NOW)
    made = [CaseRule("All", max_rating=5.0, priority=1, due_hours=2.0)]
    with db.write() as conn:
        before, after = rules.active(conn), tuple(made)
    told = rule_preview.compare(db.reader(), NOW, before, after)
    done = rule_history.apply(db, NOW, chosen=made)
    assert done == (2, 3) == (told.opens, told.changes)
    case = cases.load(db.reader(), 1)
    assert (case.priority, case.rule, case.owner) == (1, "All", "Ana")
    assert rule_history.apply(db, NOW, chosen=made) == (0, 0)
    assert rule_history.apply(db, NOW, chosen=[]) == (0, 0)
    assert differences(db.reader()) == []
