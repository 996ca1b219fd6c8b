"""A sender's process that kills itself at a chosen step, over three services at once.

Steps are every SQL statement of the writing connection and both sides of every request, so
that a kill may fall between any two of them, inside a transaction as well as between
posting and recording. Processes are forked from one that has imported all, without threads:
``python -m tests.sending_kills`` is that one.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import httpx2

from collectors.connections import CheckedBackend, CheckedTransport, Deadline
from collectors.transport import Transport
from dashboard import sending, wiring
from storage import cases, people
from storage.case_model import Case, Claim
from storage.people import Person
from tests.fake_google import (
    BUSINESS_SECRETS,
    LOCATION,
    PACKAGE,
    FakeBusiness,
    FakePlay,
    fake_business,
    fake_play,
    key_json,
)
from tests.fake_reddit import SECRETS, FakeReddit, fake_reddit

ROOT = Path(__file__).resolve().parents[1]
NOTHING = timedelta(0)

_CONFIG = """
network.allow_private = true
[[brand]]
name = "Acme"
[[source]]
id = "reddit"
kind = "reddit"
brand = "Acme"
url = "{reddit}"
subreddits = ["acme"]
[[source]]
id = "play"
kind = "google_play"
brand = "Acme"
package = "{package}"
url = "{play}"
[[source]]
id = "place"
kind = "google_business"
brand = "Acme"
location = "{location}"
url = "{place}"
"""


def is_post(step: str) -> bool:
    """Say whether a step is the moment behind a reply that was just posted."""
    return step.startswith(("after POST", "after PUT")) and "token" not in step


class Services(NamedTuple):
    """The three services, each on a port of its own."""

    reddit: FakeReddit
    play: FakePlay
    place: FakeBusiness

    def shown(self) -> dict[str, list[str]]:
        """What visitors see below each thing that somebody answered."""
        found: dict[str, list[str]] = {}
        for thing in self.reddit.things.values():
            if thing["author"] == SECRETS["EARSHOT_REDDIT_USERNAME"]:
                found.setdefault(thing["parent_id"], []).append(thing["body"])
        for service in (self.play, self.place):
            found |= {name: service.shown(name) for name in service.reviews}
        return {name: texts for name, texts in found.items() if texts}

    def posts(self) -> list[tuple[str, str]]:
        """Every reply that was written, also such that a later one replaced."""
        return [*self.reddit.posts, *self.play.posts, *self.place.posts]


class Senders:
    """The process from which senders are forked."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._folder, self._environment = folder, environment
        self._process: subprocess.Popen[str] | None = None

    def send(self, die_at: int = 0) -> tuple[bool, list[str]]:
        """Work the outbox off in a process of its own; return whether it was killed, and its steps.

        ``die_at`` is the step at which it kills itself, 0 for none, −n for right behind the
        nth reply that it posts.
        """
        process = self._started()
        assert process.stdin
        assert process.stdout
        process.stdin.write(f"{die_at}\n")
        process.stdin.flush()
        status, steps = json.loads(process.stdout.readline())
        assert status in (0, -signal.SIGKILL), f"a sender ended with {status}"
        return status == -signal.SIGKILL, steps

    def close(self) -> None:
        """End it."""
        if self._process is not None:
            assert self._process.stdin
            assert self._process.stdout
            self._process.stdin.close()
            assert self._process.wait(30) == 0
            self._process.stdout.close()

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.sending_kills"],
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        return self._process


class World(NamedTuple):
    """A workspace with the three services, somebody who answers, and the senders."""

    workspace: wiring.Workspace
    services: Services
    senders: Senders
    ana: Person

    def hear(self, number: int) -> list[str]:
        """Let one more customer complain at each service; return where."""
        reddit, play, place = self.services
        post = reddit.add_post("acme", f"Broken {number}", "It does not work at all")
        names = [
            reddit.add_comment(post, "Same here, bad"),
            play.add(f"gp:{number}", f"Broken {number}"),
            place.add(f"place-{number}", f"Broken {number}"),
        ]
        self.collect()
        return names

    def collect(self) -> None:
        """Poll every source, score and apply the rules, as the worker does."""
        for source in ("reddit", "play", "place"):
            self.workspace.poll(source, "test")
        self.workspace.understand()

    def opened(self, native_id: str) -> Case:
        """Return the case of a mention, opening one where no rule did."""
        db, now = self.workspace.db, self.workspace.now()
        row = db.reader().execute(
            "SELECT mention_id FROM identities WHERE native_id = ?", (native_id,)
        )
        mention_id = int(row.fetchone()[0])
        return cases.of_mention(db.reader(), mention_id) or cases.open_by_hand(
            db, mention_id, self.ana, now, priority=3, due_at=now + timedelta(days=1)
        )

    def answer(self, native_id: str, text: str) -> int:
        """Claim the case of a mention, opening one where no rule did, and send; return it."""
        db, now = self.workspace.db, self.workspace.now()
        case = self.opened(native_id)
        cases.act(db, case.id, Claim(actor=self.ana), now)
        sending.send(self.workspace, case.id, self.ana, text=text, wait=NOTHING)
        return case.id


@contextmanager
def three_services(folder: Path) -> Iterator[World]:
    """Run the three services, a workspace that reads them, and its senders."""
    with ExitStack() as stack:
        services = Services(
            stack.enter_context(fake_reddit()),
            stack.enter_context(fake_play()),
            stack.enter_context(fake_business()),
        )
        services.reddit.remaining = None
        (folder / "earshot.toml").write_text(
            _CONFIG.format(
                reddit=services.reddit.url,
                play=services.play.url,
                place=services.place.url,
                package=PACKAGE,
                location=LOCATION,
            )
        )
        key = {"EARSHOT_GOOGLE_PLAY_KEY": key_json(services.play.url)}
        secrets = {**SECRETS, **BUSINESS_SECRETS, **key}
        senders = Senders(folder, {**os.environ, **secrets, "PYTHONPATH": str(ROOT)})
        stack.callback(senders.close)
        workspace = wiring.open_workspace(folder / "earshot.db", folder / "earshot.toml")
        stack.callback(workspace.close)
        workspace.settings = replace(workspace.settings, secrets=secrets)
        with workspace.db.write() as conn:
            ana = people.person(conn, "Ana", datetime.now(UTC))
        yield World(workspace, services, senders, ana)


class _Stepping(httpx2.BaseTransport):
    """Tells of each request before it leaves and after its answer was read."""

    def __init__(self, step: Callable[[str], None]) -> None:
        self._step = step
        self._inner = CheckedTransport(CheckedBackend(allow_private=True, deadline=Deadline()))

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        name = f"{request.method} {request.url.path}"
        self._step(f"before {name}")
        answer = self._inner.handle_request(request)
        body = answer.read()
        self._step(f"after {name}")
        return httpx2.Response(answer.status_code, headers=answer.headers, content=body)


def _work(die_at: int, tell: int) -> None:
    """Work the outbox off; kill this process at a step. ``tell`` takes the steps' names."""
    count = posts = 0

    def step(name: str) -> None:
        nonlocal count, posts
        count += 1
        posts += is_post(name)
        os.write(tell, f"{name[:80]}\n".encode())
        if die_at and die_at in (count, -posts if is_post(name) else 0):
            os.kill(os.getpid(), signal.SIGKILL)

    workspace = wiring.open_workspace(Path("earshot.db"), Path("earshot.toml"), create=False)
    transport = Transport(allow_private=True, inner=_Stepping(step))
    workspace.services = replace(workspace.services, transport=transport)
    with workspace.db.write() as conn:
        conn.set_trace_callback(lambda sql: step(" ".join(sql.split())))
    sending.work_off(workspace)
    workspace.close()


def _fork(die_at: int) -> tuple[int, list[str]]:
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(told)
            _work(die_at, tell)
            status = 0
        finally:
            os._exit(status)
    os.close(tell)
    with os.fdopen(told) as lines:
        steps = lines.read().splitlines()
    _, ended = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(ended), steps


def main() -> None:
    """Fork a sender for each line; answer with how it ended and its steps."""
    import collectors.google_business
    import collectors.google_play
    import collectors.reddit_client  # praw: so that no fork has to import it

    assert collectors.google_business
    assert collectors.google_play
    assert collectors.reddit_client
    for line in sys.stdin:
        print(json.dumps(_fork(int(line))), flush=True)


if __name__ == "__main__":
    main()
