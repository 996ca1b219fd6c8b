"""Identities for rows: the site's own id, or the content and how often it occurred.

Rows without an id that are equal in every field count separately (``…:1``, ``…:2``), so
two customers who both said "Good" are two, and importing the same file again adds none.
"""

from __future__ import annotations

from hashlib import blake2b

MAX_ID = 300
SEPARATOR = "\x1f"


class Identities:
    """Makes native ids for the rows of one file, in their order."""

    def __init__(self) -> None:
        # Integers of 64 bits: a million distinct rows take about 70 MB, not 200.
        self._seen: set[int] = set()
        self._repeated: dict[int, int] = {}

    @staticmethod
    def given(native_id: str) -> str:
        """Return an id as it stands, or a digest of one that is absurdly long."""
        if len(native_id) <= MAX_ID:
            return native_id
        return "h:" + blake2b(native_id.encode("utf-8", "replace"), digest_size=16).hexdigest()

    def of_content(self, parts: tuple[str, ...]) -> str:
        """Return ``c:<digest>:<occurrence>`` for a row that has no id of its own."""
        content = SEPARATOR.join(parts).encode("utf-8", "replace")
        digest = blake2b(content, digest_size=16)
        key = int.from_bytes(digest.digest()[:8], "big")
        number = 1
        if key in self._seen:
            number = self._repeated.get(key, 1) + 1
            self._repeated[key] = number
        else:
            self._seen.add(key)
        return f"c:{digest.hexdigest()}:{number}"
