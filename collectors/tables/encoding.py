"""Which encoding a text file is in, told from its bytes.

UTF-8 first, UTF-16 by its mark, cp1252, then latin-1 with a warning. Not a statistical
guess: detectors were measured to call cp1252 "cp1250" and to turn ``à`` into ``ŕ``.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from storage.errors import InputError

CHUNK = 1 << 20
HEAD = 1 << 16
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
MAGIC = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a gzip archive: unpack it first"),
    (b"7z\xbc\xaf", "an archive: unpack it first"),
    (b"Rar!", "an archive: unpack it first"),
    (b"SQLite format 3\x00", "a database"),
    (b"\x7fELF", "a program"),
)
ESCAPED = re.compile("[\udc80-\udcff]")
PLAIN_CONTROLS = frozenset(b"\t\n\r\x0b\x0c\x1b\x00\x1a")


class Encoding(NamedTuple):
    """How to decode a file. ``nul`` says that NUL characters must be taken out."""

    name: str
    errors: str = "strict"
    nul: bool = False
    warning: str = ""


def detect(path: Path) -> Encoding:
    """Tell a file's encoding by trying it on every byte; InputError if it is not text."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror or error}") from error
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise InputError(f"{path.name} is empty")
    for mark, name in MARKS:
        if head.startswith(mark):
            return _marked(path, name)
    _refuse_known(path.name, head)
    if wide := _unmarked_utf16(head):
        return Encoding(wide, "replace", warning="no byte-order mark: read as UTF-16")
    _refuse_controls(path.name, head)
    return _unmarked(path, nul=_has_nul(path))


def named(path: Path, name: str) -> Encoding:
    """Take the encoding that somebody asked for; InputError if the file is not in it."""
    try:
        name = codecs.lookup(name).name
        "a".encode(name)  # LookupError for codecs that are none of text, such as zlib
        bad = _bad_bytes(path, name)
    except (LookupError, UnicodeError) as error:
        raise InputError(f"there is no text encoding named {name!r}") from error
    if bad[0]:
        raise InputError(f"{path.name} is not in the encoding {name}")
    return Encoding(name, nul=_has_nul(path) and not name.startswith("utf-16"))


def _marked(path: Path, name: str) -> Encoding:
    bad, _ = _bad_bytes(path, name)
    nul = name == "utf-8-sig" and _has_nul(path)
    if not bad:
        return Encoding(name, nul=nul)
    return Encoding(name, "replace", nul, f"{bad} broken characters were replaced by \ufffd")


def _unmarked(path: Path, *, nul: bool) -> Encoding:
    bad, good = _bad_bytes(path, "utf-8")
    if not bad:
        return Encoding("utf-8", nul=nul)
    # One broken byte must not turn every umlaut of a UTF-8 file into two characters:
    # other encodings hardly ever form a valid multi-byte sequence by accident.
    if good >= bad:
        warning = f"{bad} bytes are not UTF-8 and were replaced by \ufffd"
        return Encoding("utf-8", "replace", nul, warning)
    bad, _ = _bad_bytes(path, "cp1252")
    if not bad:
        return Encoding("cp1252", nul=nul)
    return Encoding("latin-1", nul=nul, warning="neither UTF-8 nor cp1252: read as latin-1")


def _bad_bytes(path: Path, name: str) -> tuple[int, int]:
    """Count undecodable places and well-decoded non-ASCII characters."""
    decoder = codecs.getincrementaldecoder(name)("surrogateescape")
    bad = good = 0
    try:
        for chunk, last in _chunks(path):
            text = decoder.decode(chunk, last)
            if not text.isascii():
                escaped = len(ESCAPED.findall(text))
                bad += escaped
                good += len(text) - len(text.encode("ascii", "ignore")) - escaped
    except UnicodeDecodeError:  # UTF-16 knows no surrogateescape for an odd last byte
        bad += 1
    return bad, good


def _chunks(path: Path) -> Iterator[tuple[bytes, bool]]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk, False
        yield b"", True


def _has_nul(path: Path) -> bool:
    return any(b"\x00" in chunk for chunk, _ in _chunks(path))


def _refuse_known(name: str, head: bytes) -> None:
    for magic, what in MAGIC:
        if head.startswith(magic):
            raise InputError(f"{name} is {what}, not a table")


def _refuse_controls(name: str, head: bytes) -> None:
    controls = sum(1 for byte in head if byte < 32 and byte not in PLAIN_CONTROLS)
    if controls > len(head) / 50:
        raise InputError(f"{name} is not a text file")


def _unmarked_utf16(head: bytes) -> str:
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) / 4 and even < odd / 10:
        return "utf-16-le"
    if even > len(head) / 4 and odd < even / 10:
        return "utf-16-be"
    return ""
