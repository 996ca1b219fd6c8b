"""Each reply stands at its site exactly once when the sender is killed between any two steps."""

from __future__ import annotations

import os
import random
from datetime import timedelta
from pathlib import Path

import pytest

from dashboard import sending
from storage import acknowledgements, acknowledging, cases, outbox
from storage.acknowledgements import AckRule
from storage.models import CaseState
from storage.outbox import State
from storage.verify import verify
from tests.sending_kills import World, is_post, three_services


def survive(folder: Path, kills: int, seed: int) -> dict[str, int]:
    """Send to three services; kill a sender ``kills`` times; return how often where it fell."""
    draw = random.Random(seed)
    fell: dict[str, int] = {}
    wanted: dict[str, str] = {}
    with three_services(folder) as world:
        names = world.hear(0)
        _, steps = answered(world, names, wanted)
        typical, done, number = len(steps), 0, 0
        while done < kills:
            if not waiting(world):
                number += 1
                answered(world, world.hear(number), wanted, send=False)
            # Every third kill right behind a post whose record is still to be written.
            at = -draw.randint(1, 3) if done % 3 == 0 else draw.randint(1, typical)
            killed, steps = world.senders.send(at)
            done += killed
            if killed:
                where = kind_of(steps[-1])
                fell[where] = fell.get(where, 0) + 1
            if done % 5 == 0:
                world.collect()  # a poll that sees replies before they are recorded
        for _ in range(3):
            world.senders.send()
        told(world, wanted)
    return fell


def answered(
    world: World, names: list[str], wanted: dict[str, str], *, send: bool = True
) -> tuple[bool, list[str]]:
    """Answer every one of these; work the outbox off unless told not to."""
    for name in names:
        wanted[name] = f"We are sorry about {name}"
        world.answer(name, wanted[name])
    return world.senders.send() if send else (False, [])


def waiting(world: World) -> bool:
    count = outbox.counts(world.workspace.db.reader())
    return count[State.PENDING] + count[State.SENDING] > 0


def kind_of(step: str) -> str:
    if is_post(step):
        return "between posting and recording"
    return "around a request" if step.startswith(("before ", "after ")) else "in the database"


def told(world: World, wanted: dict[str, str]) -> None:
    """Hold what the services show and what is recorded against what was sent."""
    shown = world.services.shown()
    assert shown == {name: [text] for name, text in wanted.items()}
    assert sorted(world.services.posts()) == sorted(wanted.items())
    db = world.workspace.db
    conn = db.reader()
    states = conn.execute("SELECT state, count(*) FROM outbox GROUP BY state").fetchall()
    assert states == [("sent", len(wanted))]
    events = conn.execute(
        "SELECT count(*), count(DISTINCT case_id) FROM case_events WHERE type = 'replied'"
    ).fetchone()
    assert events == (len(wanted), len(wanted))
    world.collect()
    cases_ = conn.execute("SELECT state, count(*) FROM cases GROUP BY state").fetchall()
    assert dict(cases_)[CaseState.ANSWERED] == len(wanted)
    assert "resolved" not in dict(cases_)
    verdict = verify(db.path, db.key("audit"))
    assert verdict.findings == ()


def test_twenty_kills_send_nothing_twice_and_lose_nothing(tmp_path: Path) -> None:
    fell = survive(tmp_path, 20, seed=2026)
    assert sum(fell.values()) == 20
    assert fell["between posting and recording"] >= 7
    assert fell["in the database"] > 0


@pytest.mark.soak
def test_many_kills_send_nothing_twice_and_lose_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kills = int(os.environ.get("EARSHOT_SOAK_KILLS", "200"))
    seed = int(os.environ.get("EARSHOT_SOAK_SEED", "1"))
    fell = survive(tmp_path, kills, seed)
    with capsys.disabled():
        print(f"\n{kills} kills of the sender, seed {seed}: {fell}")


def test_kills_send_no_acknowledgement_twice(tmp_path: Path) -> None:
    with three_services(tmp_path) as world:
        wanted = asked(world, [*world.hear(1), *world.hear(2)])
        draw, killed = random.Random(11), 0
        for turn in range(6):
            at = -draw.randint(1, 2) if turn % 2 == 0 else draw.randint(1, 60)
            killed += world.senders.send(at)[0]
            world.collect()
        for _ in range(3):
            world.senders.send()
        assert killed >= 3
        assert world.services.shown() == {name: [text] for name, text in wanted.items()}
        assert sorted(world.services.posts()) == sorted(wanted.items())
        world.collect()
        db = world.workspace.db
        rows = db.reader().execute(
            "SELECT count(*), count(DISTINCT case_id) FROM case_events WHERE type = 'acknowledged'"
        )
        assert rows.fetchone() == (len(wanted), len(wanted))
        assert {world.opened(name).answered_at for name in wanted} == {None}
        assert all(world.opened(name).is_open for name in wanted)
        assert verify(db.path, db.key("audit")).findings == ()


def asked(world: World, names: list[str]) -> dict[str, str]:
    """Let a rule acknowledge each of these; return what it says to whom."""
    db, now = world.workspace.db, world.workspace.now()
    with db.write() as conn:
        acknowledgements.save(conn, AckRule("read", ("We read it",)), world.ana, now)
        acknowledgements.switch_on(conn, "read", world.ana, now)
    stored = acknowledgements.get(db.reader(), "read")
    wanted = {world.opened(name).id: (name, f"We read {name}") for name in names}
    for due in acknowledgements.opened(db, now - timedelta(days=1), world.workspace.now(), 99):
        if due.case_id in wanted:
            source = sending.way(world.workspace, due.case_id).source
            text = wanted[due.case_id][1]
            assert acknowledging.ask(db, stored, due, text, now, source=source)
    return dict(wanted.values())


def test_an_answer_of_a_colleague_at_the_site_closes_the_case(tmp_path: Path) -> None:
    with three_services(tmp_path) as world:
        _, review, place = world.hear(1)
        for name in (review, place):
            world.answer(name, "We are sorry")
        world.services.play.answer(review, "A colleague was faster")
        world.services.place.vanish(place)
        world.senders.send()
        db = world.workspace.db
        by_source = {each.source: each for each in outbox.entries(db.reader())}
        assert by_source["play"].state is State.CANCELLED
        assert "A colleague was faster" in str(by_source["play"].error)
        assert by_source["place"].state is State.FAILED
        assert "what was to be answered is gone" in str(by_source["place"].error)
        answered_ = cases.load(db.reader(), by_source["play"].case_id or 0)
        assert (answered_.state, answered_.outcome) == (CaseState.RESOLVED, "answered_elsewhere")
        assert world.services.posts() == []


def test_what_the_site_would_not_take_is_refused_at_once(tmp_path: Path) -> None:
    with three_services(tmp_path) as world:
        old = world.services.play.add("gp:old", "Broken", age=timedelta(days=6, hours=23))
        names = world.hear(1)
        with pytest.raises(Exception, match="takes 350 characters, this has 400"):
            world.answer(names[1], "x" * 400)
        world.workspace.now = lambda: world.services.play.clock() + timedelta(hours=2)
        with pytest.raises(Exception, match="7 days after"):
            world.answer(old, "Too late")
        by = sending.way(world.workspace, 1)
        assert by.rules is not None
