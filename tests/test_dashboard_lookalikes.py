"""From texts to bursts to a person's decision, and what figures make of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from dashboard import lookalikes
from dashboard.commands.lookalikes import command
from dashboard.wiring import Workspace
from storage import bursts, people, privacy, queries, verify
from storage.bursts import State
from storage.errors import Refused
from storage.models import Batch, MentionFilter, Source, Suspects
from tests import attacks
from tests.app_pages import Visit
from tests.pages import build, take

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
APP = Path(__file__).resolve().parents[1] / "dashboard" / "app.py"
SHOP = Source("shop", "import", brand="Acme")


def _count(space: Workspace, suspects: Suspects = Suspects.DECIDED) -> int:
    return queries.count(space.db.reader(), MentionFilter(suspects=suspects))


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    """A shop that was attacked; nobody looked for copies yet."""
    made = build(tmp_path, now=NOW, mentions=False)
    take(made, SHOP, [*attacks.reviews(NOW), *attacks.attack(NOW), *attacks.trickle(NOW)])
    made.now = lambda: datetime.now(UTC) + timedelta(minutes=5)
    return made


def test_the_attack_alone_is_suspicious_and_a_person_decides(space: Workspace) -> None:
    assert lookalikes.all_of_it(space) == 8
    conn = space.db.reader()
    (found,) = bursts.bursts(conn)
    assert (found.state, found.evidence.mentions, found.evidence.authors) == ("suspicious", 8, 8)
    assert found.evidence.expected < 0.1
    assert (_count(space), _count(space, Suspects.WITHOUT)) == (448, 440)
    with space.db.write() as conn:
        ann = people.person(conn, "Ann", NOW)
        bursts.decide(conn, found.id, State.EXCLUDED, ann, "same words, new names", NOW)
    assert (_count(space), _count(space, Suspects.WITH)) == (440, 448)
    with space.db.write() as conn:
        bursts.decide(conn, found.id, State.GENUINE, ann, "", NOW)
        with pytest.raises(Refused, match="genuine already"):
            bursts.decide(conn, found.id, State.GENUINE, ann, "", NOW)
    assert _count(space, Suspects.WITHOUT) == 448
    with space.db.write() as conn:
        assert bursts.undo(conn, found.id, ann, "", NOW).state is State.EXCLUDED
        assert bursts.undo(conn, found.id, ann, "", NOW).state is State.SUSPICIOUS
        with pytest.raises(Refused, match="nothing to take back"):
            bursts.undo(conn, found.id, ann, "", NOW)
        told = [(each.type, each.actor) for each in bursts.history(conn, found.id)]
    decisions = ["excluded", "genuine", "undone", "undone"]
    assert told == [("found", "earshot"), *((each, "Ann") for each in decisions)]
    assert verify.verify(space.db.path, space.db.key("audit")).findings == ()


def test_what_comes_after_the_decision_is_suspicious_until_decided(space: Workspace) -> None:
    lookalikes.all_of_it(space)
    (found,) = bursts.bursts(space.db.reader())
    with space.db.write() as conn:
        ann = people.person(conn, "Ann", NOW)
        bursts.decide(conn, found.id, State.EXCLUDED, ann, "", NOW)
    space.now = lambda: datetime.now(UTC)
    take(space, SHOP, attacks.attack(NOW, 10)[8:])
    space.now = lambda: datetime.now(UTC) + timedelta(minutes=5)
    assert lookalikes.all_of_it(space) == 2
    (found,) = bursts.bursts(space.db.reader())
    assert (found.state, found.undecided, found.evidence.mentions) == (State.EXCLUDED, 2, 10)
    assert (_count(space), _count(space, Suspects.WITHOUT)) == (442, 440)


def test_an_order_of_arrival_and_small_steps_change_nothing(tmp_path: Path) -> None:
    made = build(tmp_path, now=NOW, mentions=False)
    seen = [*attacks.trickle(NOW), *attacks.attack(NOW), *attacks.reviews(NOW)]
    for part in (seen[100:], seen[:45], seen[45:100]):
        made.now = lambda: datetime.now(UTC)
        take(made, SHOP, part)
        made.now = lambda: datetime.now(UTC) + timedelta(minutes=5)
        lookalikes.all_of_it(made)
    (found,) = bursts.bursts(made.db.reader())
    assert found.evidence.mentions == 8
    assert lookalikes.look(made) == 0


def test_edited_and_erased_texts_leave_no_sketch(space: Workspace) -> None:
    lookalikes.all_of_it(space)
    (found,) = bursts.bursts(space.db.reader())
    first, second, *_ = bursts.members(space.db.reader(), found.id)
    space.now = lambda: datetime.now(UTC)
    edited = attacks.review("x1", NOW - timedelta(days=20), "Sorry, I was wrong about it.", "new")
    space.ingest(SHOP, [Batch((edited,))], actor="test")
    with space.db.write() as conn:
        ann = people.person(conn, "Ann", NOW)
    privacy.erase(space.db, [first], "test", ann, space.now())
    left = space.db.reader().execute(
        "SELECT count(*) FROM sketches WHERE mention_id IN (?, ?)", (first, second)
    )
    assert left.fetchone()[0] == 0
    assert _count(space, Suspects.ONLY) == 8
    lookalikes.all_of_it(space)
    assert verify.verify(space.db.path, space.db.key("audit")).findings == ()


def test_the_command_lists_shows_and_decides(space: Workspace) -> None:
    lookalikes.all_of_it(space)
    path = space.db.path
    (row,) = [json.loads(each) for each in _run(path, "list", "--json").splitlines()]
    assert (row["state"], row["mentions"]) == ("suspicious", 8)
    _run(path, "exclude", row["id"], "--as", "Ann", "--why", "bought")
    shown = json.loads(_run(path, "show", row["id"], "--json"))
    assert shown["events"][-1]["why"] == "bought"
    assert len(shown["mentions"]) == 8
    assert "excluded   by Ann" in _run(path, "show", row["id"])
    _run(path, "undo", row["id"], "--as", "Ann")
    assert "suspicious" in _run(path, "list")


def test_the_page_shows_the_evidence_and_records_who_decides(
    space: Workspace, visit: Visit
) -> None:
    lookalikes.all_of_it(space)
    with space.db.write() as conn:
        people.person(conn, "Ann", NOW)
    app = visit("lookalikes", "Ann")
    assert not app.exception
    assert any("8 look-alikes by 8 authors" in each.value for each in app.get("html"))
    (found,) = bursts.bursts(space.db.reader())
    app.text_input(key=f"why-{found.id}").set_value("bought")
    app.button(key=f"excluded-{found.id}").click().run()
    assert not app.exception
    event = bursts.history(space.db.reader(), found.id)[-1]
    assert (event.type, event.actor, event.why) == ("excluded", "Ann", "bought")
    assert any("excluded by Ann" in each.value for each in app.get("html"))
    app.button(key=f"undo-{found.id}").click().run()
    assert bursts.burst(space.db.reader(), found.id).state is State.SUSPICIOUS


def _run(path: Path, *words: str) -> str:
    result = CliRunner().invoke(command, [*words, "--db", str(path)])
    assert result.exit_code == 0, result.output
    return result.output
