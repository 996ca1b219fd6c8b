"""Every error that Earshot raises on purpose, as one tree.

    EarshotError
    ├── UserError            somebody can mend it; the command line exits with 2
    │   ├── ConfigError        earshot.toml, an option or a setting is wrong
    │   ├── InputError         a file or a value cannot be read as what it should be
    │   └── NotFound           there is no such thing (case, source, mention, …)
    ├── Refused              an action is not allowed now; the message says why; exit 1
    │   └── Conflict           somebody or something changed it meanwhile: look again
    ├── CollectError         a source could not be read; recorded, never ends the loop
    │   ├── Retryable          may pass by itself: time-out, 5xx, rate limit
    │   └── SourceBroken       will not pass by itself: 404, credentials, not a feed
    └── StorageError         the database cannot be used
        ├── Busy               another writer held the file for too long; retry
        └── Corrupt            facts contradict each other: `earshot verify` explains

Anything else that escapes is a bug. Errors of libraries are wrapped once, at the edge
of the package that uses the library, with ``raise … from``.
"""

from __future__ import annotations

MESSAGE_LIMIT = 1_000


def fit(message: str) -> str:
    """Return a message on one line that every terminal, log and database can hold."""
    line = " ".join(message.split())
    if not line.isprintable():  # a source's own words may be part of it
        line = "".join(each if each.isprintable() else "\ufffd" for each in line)
    return line if len(line) <= MESSAGE_LIMIT else line[: MESSAGE_LIMIT - 1] + "…"


class EarshotError(Exception):
    """Root of the tree: its text is shown to people as it stands."""

    def __str__(self) -> str:
        """Return the message, fit to be shown."""
        return fit(super().__str__())


class UserError(EarshotError):
    """Somebody can mend this; the message says how."""


class ConfigError(UserError):
    """A setting, an option or ``earshot.toml`` is wrong."""


class InputError(UserError):
    """A file or value cannot be read as what it should be."""


class NotFound(UserError):
    """There is no thing of that name or id."""


class Refused(EarshotError):
    """The action is not allowed in the present state."""


class Conflict(Refused):
    """The thing changed since it was read: look again, then decide."""


class CollectError(EarshotError):
    """A source could not be read.

    ``retry_after`` is the wait in seconds that the other side asked for, if it did.
    """

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Retryable(CollectError):
    """May pass by itself: time-out, server error, rate limit."""


class SourceBroken(CollectError):
    """Will not pass by itself: wrong address, credentials, not a feed."""


class StorageError(EarshotError):
    """The database cannot be used."""


class Busy(StorageError):
    """Another writer held the file for longer than the busy timeout."""


class Corrupt(StorageError):
    """Stored facts contradict each other."""
