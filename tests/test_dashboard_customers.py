"""The list of customers: brought by command, each column a filter, a condition and a dimension."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from dashboard.commands import customers as customers_command
from dashboard.commands import export, kpi
from storage import (
    cases,
    customer_figures,
    customers,
    listing,
    people,
    queries,
    rules,
    setting_events,
)
from storage.database import Database
from storage.errors import InputError, NotFound, Refused
from storage.models import Kind, MentionFilter
from storage.people import Role
from storage.rule_candidates import Candidate, subject
from storage.rule_matching import CaseRule, match
from storage.shelves import Shelf, Sieve, items
from tests.desk import NOW, mention_id, open_database, review, store

HEAD = "key,name,tier,value,owner,region\n"
LIST = HEAD + "customer 1,One,gold,2500,Ana,north\ncustomer 2,Two,silver,40,,south\n"
EVERYTHING = MentionFilter()


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    made = open_database(tmp_path)
    with made.write() as conn:
        people.person(conn, "Lea", NOW, role=Role.LEAD)
        people.person(conn, "Ana", NOW, role=Role.AGENT)
    store(made, [review(n, stars=float(n), text="bad" if n < 3 else "fine") for n in (1, 2, 3)])
    yield made
    made.close()


def run(db: Database, *words: str) -> Result:
    group = {"customers": customers_command.command, "kpi": kpi.command, "export": export.command}
    where = ["--db", str(db.path), "--config", str(db.path.with_name("earshot.toml"))]
    return CliRunner().invoke(group[words[0]], [*words[1:], *where])


def brought(db: Database, text: str, *options: str) -> Result:
    file = db.path.with_name("list.csv")
    file.write_text(text)
    return run(db, "customers", "import", str(file), *options)


def test_a_list_is_looked_at_then_brought_with_its_actor(db: Database) -> None:
    told = brought(db, LIST, "--dry-run").output
    assert told == (
        "2 new customers and 0 known ones would be stored, 0 rows refused; further columns:"
        " region.\n"
    )
    assert customers.count(db.reader()) == 0
    assert "say who brings the list" in brought(db, LIST).output
    assert isinstance(brought(db, LIST, "--as", "Ana").exception, Refused)
    found: dict[str, Any] = json.loads(brought(db, LIST, "--as", "Lea", "--json").output)
    assert found == {"new": 2, "known": 0, "refused": 0, "columns": ["region"], "stored": True}
    again = json.loads(brought(db, LIST, "--as", "Lea", "--json").output)
    assert (again["new"], again["known"]) == (0, 2)
    told_by = setting_events.recent(db.reader(), ["customers"], 1)
    assert [each.actor for each in told_by] == ["Lea"]
    lines = run(db, "customers", "list", "--json").output.splitlines()
    listed = [json.loads(line) for line in lines]
    assert [each["key"] for each in listed] == ["customer 1", "customer 2"]
    assert "Out of the list." in run(db, "customers", "remove", "customer 2", "--as", "Lea").output
    gone = run(db, "customers", "remove", "customer 2", "--as", "Lea").exception
    assert isinstance(gone, NotFound)


def test_each_bad_row_is_told_with_its_line_and_the_others_are_kept(db: Database) -> None:
    bad = LIST + ",nobody,,,,\ncustomer 1,twice,,,,\nc4,,gold,much,,\nc5,,,,Nobody,\nc6\n"
    done = brought(db, bad, "--as", "Lea")
    assert [line for line in done.stderr.splitlines() if line.startswith("line ")] == [
        "line 4: the key is empty",
        "line 5: the key 'customer 1' stands in the file twice",
        "line 6: the value 'much' is no number",
        "line 7: nobody in the team is called 'Nobody'",
        "line 8: the line has too few cells",
    ]
    assert customers.count(db.reader()) == 2
    assert isinstance(brought(db, "name\nx\n", "--dry-run").exception, InputError)


@pytest.mark.parametrize(
    ("chosen", "ids"),
    [
        (("tier=gold",), ["r1"]),
        (("tier=gold", "tier=silver"), ["r2", "r1"]),
        (("region=south",), ["r2"]),
        (("owner=Ana",), ["r1"]),
        (("value=1000 to 9999",), ["r1"]),
        (("tier=gold", "region=south"), []),
    ],
)
def test_every_column_is_a_filter(db: Database, chosen: tuple[str, ...], ids: list[str]) -> None:
    brought(db, LIST, "--as", "Lea")
    flt = MentionFilter(customers=chosen)
    found = [row.id for row in listing.page(db.reader(), flt, before=None, limit=9)]
    assert sorted(found) == sorted(mention_id(db, each) for each in ids)
    assert queries.count(db.reader(), flt) == len(ids)
    options = [part for each in chosen for part in ("--customer", each)]
    written = run(db, "export", "mentions", *options, "--format", "jsonl").stdout
    assert len(written.splitlines()) == len(ids)


def test_every_column_is_a_dimension(db: Database) -> None:
    brought(db, LIST, "--as", "Lea")
    found = customer_figures.breakdown(db.reader(), EVERYTHING, "tier")
    assert {each.key: each.sums.n for each in found} == {"gold": 1, "silver": 1, "": 1}
    whole = queries.total(db.reader(), EVERYTHING)
    assert sum(each.sums.n for each in found) == whole.n
    lines = run(db, "kpi", "--by", "customer:region", "--json").output.splitlines()
    rows = [json.loads(line) for line in lines]
    ratings = {row["group"]: row["value"] for row in rows if row["name"] == "rating"}
    assert ratings == {"north": 1.0, "south": 2.0, "": 3.0}
    assert {row["kind"] for row in rows} == {Kind.REVIEW.value}
    plain = run(db, "kpi", "--by", "source").output
    assert "play" in plain
    for wrong in ("customer:shoe", "weather"):
        assert isinstance(run(db, "kpi", "--by", wrong).exception, InputError)
    said = run(db, "customers", "columns").output
    assert "value: 10 to 99, 1000 to 9999" in said


@pytest.mark.parametrize("condition", ["tier=gold", "name=Acme's best"])
def test_tier_and_name_are_conditions_too(condition: str) -> None:
    row = (*(1, 1, 2, 0, 0, 0, 0, None, "review", "negative", 10_000, None, -5_000, "", 0, "en"),)
    who = ("gold", '{"region": "north"}', "Lea", "100 to 999", None, "Acme's best")
    due = Candidate(*row, "s", 1, "t", "bad", "p", *who)
    met = match(CaseRule("x", customers=(condition,)), subject(due, {}))
    assert met is not None
    assert "Acme's best" not in " ".join(met), "a name stays in the list"
    assert match(CaseRule("x", customers=("tier=silver",)), subject(due, {})) is None


def test_every_column_is_a_condition_and_counts_cases(db: Database) -> None:
    brought(db, LIST, "--as", "Lea")
    wanted = [CaseRule("Ana's", customers=("owner=Ana",)), CaseRule("big", min_reach=5)]
    assert rules.open_cases(db, wanted, NOW) == 1
    assert "owner=Ana" in cases.load(db.reader(), 1).reasons
    later = NOW + timedelta(days=3)
    found = customer_figures.waiting(db.reader(), "tier", NOW - timedelta(days=1), later)
    assert found == {"gold": ("gold", 1, 0, 1)}
    shelves = {"value=1000 to 9999": 1, "region=north": 1, "owner=Ben": 0, "x": 0}
    for sieve, count in shelves.items():
        ana = people.known(db.reader(), "Ana")
        shown = items(db.reader(), Shelf.MINE, ana, NOW, sieve=Sieve(customer=sieve))
        assert len(shown) == count
