"""Works off the outbox of replies so that each stands at its site exactly once.

Whatever an attempt may have done is looked for before anything is posted again: a process
that died between posting and recording, or whose answer was lost, posts nothing twice.
The store is a Protocol; what it does with the outcome is its own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from collectors.contract import Collector, Posted, Replier, Replies, Vanished
from storage.errors import CollectError, EarshotError, Retryable
from storage.models import Source

log = logging.getLogger("earshot.sender")

ATTEMPTS = 8
"""After so many a reply is given up, once it is known that none of them posted it."""
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(hours=1)


class Letter(NamedTuple):
    """A reply that this sender has claimed.

    ``again``: we have answered before, so that what stands there may be ours and replaced.
    ``recorded`` are the site's ids of replies to the mention that are known to be sent.
    ``attempts`` counts this one; ``trouble`` is what the last one met.
    """

    id: int
    source: Source
    native_id: str
    text: str
    changed_at: datetime
    attempts: int
    again: bool = False
    recorded: frozenset[str] = frozenset()
    trouble: str = ""


class ReplyStore(Protocol):
    """The outbox as a sender needs it."""

    def next(self) -> Letter | None:
        """Claim a reply that is due; None where there is none."""
        ...

    def obstacle(self, letter: Letter) -> str | None:
        """Say why it must not leave any more: asked right before posting."""
        ...

    def is_mine(self, letter: Letter) -> bool:
        """Say whether the claim still stands."""
        ...

    def posted(self, letter: Letter, posted: Posted) -> None:
        """Record that it stands at its site, and end the claim."""
        ...

    def failed(self, letter: Letter, why: str, *, elsewhere: bool = False) -> None:
        """Record that it does not, and will not by itself; ``elsewhere``: another's does."""
        ...

    def postpone(self, letter: Letter, why: str, until: datetime) -> None:
        """Put it back until a time."""
        ...


class Sender:
    """Sends what the store has, one after another."""

    def __init__(
        self,
        store: ReplyStore,
        collector_of: Callable[[Source], Collector],
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._collector_of = collector_of
        self._now = now

    def run(self) -> int:
        """Send until nothing is due; return how many stand at their sites now."""
        count = 0
        while (letter := self._store.next()) is not None:
            count += self._take(letter)
        return count

    def _take(self, letter: Letter) -> bool:
        """Try one reply; every outcome ends its claim."""
        try:
            return self._send(letter)
        except Retryable as error:
            self._again(letter, error)
        except Vanished as error:
            self._store.failed(letter, f"what was to be answered is gone: {error}")
        except EarshotError as error:
            self._store.failed(letter, _in_doubt(letter, str(error)))
        return False

    def _send(self, letter: Letter) -> bool:
        replier = self._collector_of(letter.source)
        if not isinstance(replier, Replier) or replier.info.replies is None:
            self._store.failed(letter, f"{letter.source.kind} takes no replies; answer by hand")
            return False
        rules = replier.info.replies
        if (there := self._there(letter, replier, rules)) is not None:
            if _same(there, letter):
                self._store.posted(letter, there)
                return True
            if not letter.again:
                self._store.failed(letter, _answered(there), elsewhere=True)
                return False
        why = rules.obstacle(letter.text, letter.changed_at, self._now())
        if why is None and letter.attempts > ATTEMPTS:
            why = f"not posted in {ATTEMPTS} attempts: {letter.trouble}"
        why = why or self._store.obstacle(letter)
        if why is not None:
            self._store.failed(letter, why)
            return False
        if not self._store.is_mine(letter):
            log.warning("reply %s was taken over by another sender", letter.id)
            return False
        self._store.posted(letter, replier.reply(letter.source, letter.native_id, letter.text))
        return True

    def _there(self, letter: Letter, replier: Replier, rules: Replies) -> Posted | None:
        """Return the reply that stands there: any, or on a threaded site this very one."""
        if not rules.threaded:
            return replier.find_reply(letter.source, letter.native_id)
        if letter.attempts == 1:
            return None
        found = replier.find_reply(letter.source, letter.native_id, letter.text)
        return None if found is None or found.native_id in letter.recorded else found

    def _again(self, letter: Letter, error: CollectError) -> None:
        """Put back what met passing trouble; one that nobody can look up is for a person."""
        if letter.attempts > 2 * ATTEMPTS:
            self._store.failed(letter, _in_doubt(letter, str(error)))
            return
        pause = min(FIRST_PAUSE * 2 ** min(letter.attempts - 1, 10), LONGEST_PAUSE)
        asked = timedelta(seconds=min(error.retry_after or 0, 86_400))
        self._store.postpone(letter, str(error), self._now() + max(pause, asked))


def _same(there: Posted, letter: Letter) -> bool:
    return there.text.split() == letter.text.split()


def _answered(there: Posted) -> str:
    return (
        f"somebody answered there at {there.posted_at:%Y-%m-%d %H:%M} UTC, which a second reply"
        f" would replace: “{there.text[:200]}”"
    )


def _in_doubt(letter: Letter, why: str) -> str:
    """Say what nobody could look up: an earlier attempt may have posted."""
    if letter.attempts == 1:
        return why
    return f"{why} (an earlier attempt may have posted it: look there before you try again)"
