"""A taxonomy that people change: permanent keys, recorded events, figures that stay true."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dashboard import wiring
from dashboard.wiring import Workspace
from sentiment import taxonomy
from storage import listing, queries, rereading, topic_changes, topics, verify
from storage.errors import ConfigError, InputError, NotFound, Refused
from storage.models import MentionFilter, Source, Topic
from storage.people import Person, person
from storage.rule_matching import CaseRule
from tests.attacks import review
from tests.pages import take

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
SHOP = Source("shop", "import")
TEXTS = (
    "The refund came after two weeks, dreadful.",
    "Gift wrapping was lovely and the price fair.",
    "The car park was full and the lift broken.",
    "Parking costs a fortune here.",
    "Nothing to complain about at all.",
)


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    """A workspace with a few reviews, scored."""
    made = wiring.open_workspace(tmp_path / "earshot.db", tmp_path / "earshot.toml")
    take(made, SHOP, [review(str(n), NOW, text, f"a{n}") for n, text in enumerate(TEXTS)])
    return made


@pytest.fixture
def ann(space: Workspace) -> Person:
    """Who changes things."""
    with space.db.write() as conn:
        return person(conn, "Ann", NOW)


def _count(space: Workspace, *keys: str) -> int:
    return queries.count(space.db.reader(), MentionFilter(topics=keys))


def _labels(space: Workspace) -> list[object]:
    rows = listing.every(space.db.reader(), MentionFilter())
    return [(row.id, row.label, row.score, row.origin) for row in rows]


def _whole(space: Workspace) -> None:
    assert verify.verify(space.db.path, space.db.key("audit")).findings == ()


def test_a_new_topic_finds_past_mentions_and_moves_no_label(space: Workspace, ann: Person) -> None:
    before = _labels(space)
    with space.db.write() as conn:
        made = topic_changes.add(conn, "Fortunes and car parks", ["fortun*", "car park"], ann, NOW)
    assert made.key == "fortunes-and-car-parks"
    # Those two that hold a term, not the others.
    assert rereading.waiting(space.db.reader()) == 2
    assert _count(space, made.key) == 0
    space.understand()
    assert (rereading.waiting(space.db.reader()), _count(space, made.key)) == (0, 2)
    assert _labels(space) == before
    row, _ = list(listing.every(space.db.reader(), MentionFilter(topics=(made.key,))))
    (past,) = rereading.past(space.db.reader(), row.id)
    assert made.key not in past[1]
    detail = listing.detail(space.db.reader(), row.id)
    assert [each.term for each in detail.opinions if each.topic == made.key]
    _whole(space)


def test_a_merged_topic_stays_explainable(space: Workspace, ann: Person) -> None:
    was = _count(space, "refund"), _count(space, "price"), _count(space, "refund", "price")
    with space.db.write() as conn:
        topic_changes.merge(conn, "refund", "price", ann, NOW)
    space.understand()
    conn = space.db.reader()
    assert was == (1, 2, 3)
    # An old link to the merged topic leads to the one that took it over.
    assert _count(space, "price") == _count(space, "refund") == 3
    assert "refund" not in {each.key for each in topics.active(conn)}
    (event,) = topics.history(conn, "refund")
    assert (event.type, event.actor, event.data["into"]) == ("merged", "Ann", "price")
    assert topics.get(conn, "refund").merged_into == "price"
    assert _count(space, "refund", "price") == 3
    with space.db.write() as conn, pytest.raises(Refused, match="was merged into 'price'"):
        topic_changes.rename(conn, "refund", "Money back", ann, NOW)
    _whole(space)


def test_rules_follow_a_merge(space: Workspace, ann: Person) -> None:
    from storage import rules

    rule = CaseRule("refunds", topics=("refund", "price"))
    with space.db.write() as conn:
        assert rules.present(conn, [rule]) == (rule,)
        topic_changes.merge(conn, "refund", "price", ann, NOW)
        assert rules.present(conn, [rule])[0].topics == ("price",)


def test_a_split_topic_stays_as_the_whole_of_its_parts(space: Workspace, ann: Person) -> None:
    whole = _count(space, "location")
    with space.db.write() as conn:
        (made,) = topic_changes.split(conn, "location", [("Parking", ["parking"])], ann, NOW)
        with pytest.raises(InputError, match="is in two parts"):
            topic_changes.split(conn, "price", [("A", ["cost"]), ("B", ["cost"])], ann, NOW)
    space.understand()
    assert (made.parent, _count(space, "location"), _count(space, made.key)) == ("location", 1, 1)
    assert whole == 1
    assert [each.type for each in topics.history(space.db.reader(), "location")] == ["split"]
    _whole(space)


def test_rename_move_retire_and_restore_are_events(space: Workspace, ann: Person) -> None:
    before = topics.get(space.db.reader(), "price")
    with space.db.write() as conn:
        topic_changes.rename(conn, "price", "Cost", ann, NOW)
        topic_changes.move(conn, "price", "billing", ann, NOW)
        with pytest.raises(Refused, match="part of itself"):
            topic_changes.move(conn, "billing", "price", ann, NOW)
    space.understand()
    after = topics.get(space.db.reader(), "price")
    assert (after.id, after.key, after.name) == (before.id, "price", "Cost")
    assert _count(space, "billing") == _count(space, "price") == 2
    with space.db.write() as conn:
        topic_changes.retire(conn, "price", ann, NOW)
    space.understand()
    assert _count(space, "price") == 0
    with space.db.write() as conn:
        topic_changes.restore(conn, "price", ann, NOW)
    space.understand()
    assert _count(space, "price") == 2
    told = [each.type for each in topics.history(space.db.reader(), "price")]
    assert told == ["renamed", "moved", "retired", "restored"]
    with pytest.raises(Exception, match="append-only"), space.db.write() as conn:
        conn.execute("DELETE FROM topic_events")
    _whole(space)


def test_a_term_leads_to_one_topic_and_names_are_checked(space: Workspace, ann: Person) -> None:
    with space.db.write() as conn:
        with pytest.raises(Refused, match="'refund' is a term of Refunds"):
            topic_changes.add(conn, "Again", ["refund*"], ann, NOW)
        for name, terms in (("", ["x"]), ("a" * 81, ["x"]), ("Fine", []), ("Fine", ["***"])):
            with pytest.raises(InputError):
                topic_changes.add(conn, name, terms, ann, NOW)
        with pytest.raises(NotFound, match="did you mean 'refund'"):
            topic_changes.rename(conn, "refunds", "x", ann, NOW)
        first = topic_changes.add(conn, "Größe", ["riesig"], ann, NOW)
        second = topic_changes.add(conn, "Grosse", ["winzig"], ann, NOW)
    assert (first.key, second.key) == ("groe", "grosse")


def test_the_file_is_read_only_and_people_s_topics_stay(tmp_path: Path) -> None:
    config = tmp_path / "earshot.toml"
    config.write_text('[[topic]]\nkey = "lift"\nname = "Lifts"\nterms = ["lift"]\n')
    made = wiring.open_workspace(tmp_path / "earshot.db", config)
    take(made, SHOP, [review(str(n), NOW, text, f"a{n}") for n, text in enumerate(TEXTS)])
    with made.db.write() as conn:
        ann = person(conn, "Ann", NOW)
        with pytest.raises(Refused, match=r"declared in earshot\.toml"):
            topic_changes.rename(conn, "lift", "Elevators", ann, NOW)
        topic_changes.add(conn, "Parking", ["parking"], ann, NOW)
    with pytest.raises(Refused, match=r"declared in earshot\.toml"):
        made.choose_taxonomy("travel", ann)
    made.close()
    config.write_text(
        '[[topic]]\nkey = "house"\nname = "House"\n'
        '[[topic]]\nkey = "steps"\nname = "Steps"\nterms = ["lift"]\nparent = "house"\n'
    )
    made = wiring.open_workspace(tmp_path / "earshot.db", config)
    assert {each.key for each in made.topics()} == {"house", "steps", "parking"}
    made.understand()
    assert (_count(made, "lift"), _count(made, "steps"), _count(made, "house")) == (0, 1, 1)
    assert topics.get(made.db.reader(), "lift").state == topics.RETIRED
    _whole(made)


def test_another_starter_reads_everything_again(space: Workspace, ann: Person) -> None:
    assert _count(space, "parking") == 0
    assert space.choose_taxonomy("hospitality", ann) > 0
    space.understand()
    assert (_count(space, "parking"), _count(space, "place")) == (2, 2)
    assert _count(space, "delivery") == 0
    path = space.db.path
    space.close()
    again = wiring.open_workspace(path, path.with_name("earshot.toml"))
    assert "parking" in {each.key for each in again.topics()}
    assert rereading.waiting(again.db.reader()) == 0
    _whole(again)


@pytest.mark.parametrize("words", ['taxonomy = "zoo"', '[[topic]]\nkey = "a"\nparent = "b"'])
def test_a_wrong_declaration_is_named(tmp_path: Path, words: str) -> None:
    (tmp_path / "earshot.toml").write_text(words)
    with pytest.raises(ConfigError, match=r"unknown|no topic's key"):
        wiring.open_workspace(tmp_path / "earshot.db", tmp_path / "earshot.toml")


def test_starters_are_trees_without_a_term_twice() -> None:
    for each in taxonomy.starters():
        keys = [topic.key for topic in each.topics]
        assert len(keys) == len(set(keys))
        assert {topic.parent for topic in each.topics if topic.parent} <= set(keys)
        if each.key != taxonomy.GENERAL:
            terms = [term for topic in each.topics for term in topic.terms]
            assert len(terms) == len(set(terms))
            parents = {topic.parent for topic in each.topics}
            assert all(topic.terms or topic.key in parents for topic in each.topics)
    tree = (Topic("a", "A", ()), Topic("b", "B", (), "a"), Topic("c", "C", (), "b"))
    assert taxonomy.ancestors(tree) == {"b": ("a",), "c": ("b", "a")}
