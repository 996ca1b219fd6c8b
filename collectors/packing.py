"""Unpacks HTTP bodies without letting a small one grow past a limit. Opens nothing."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from storage.errors import Retryable, SourceBroken


def unpack(chunks: Iterable[bytes], encoding: str, limit: int, where: str) -> bytes:
    """Join a body, undoing gzip or deflate, and stop at ``limit`` unpacked bytes."""
    packed = encoding.strip().lower() not in ("", "identity")
    if packed and encoding.strip().lower() not in ("gzip", "x-gzip", "deflate"):
        raise SourceBroken(f"{where} is packed in a way that was not asked for: {encoding[:40]}")
    parts: Iterable[bytes] = inflate(chunks, limit) if packed else chunks
    body = bytearray()
    try:
        for part in parts:
            body += part
            if len(body) > limit:
                raise SourceBroken(f"{where} is larger than {limit:,} bytes; stopped reading")
    except zlib.error as error:
        raise Retryable(f"{where}: the packed body is damaged ({error})") from error
    return bytes(body)


def inflate(chunks: Iterable[bytes], limit: int) -> Iterator[bytes]:
    """Unpack gzip (also of several members), zlib or raw deflate, never far past ``limit``."""
    machine: zlib._Decompress | None = None
    for chunk in chunks:
        pending = chunk
        while pending:
            if machine is None:
                machine = zlib.decompressobj(_window(pending))
            yield machine.decompress(pending, limit + 1)
            pending = machine.unconsumed_tail or machine.unused_data
            if machine.eof:
                machine = None
                if pending and not pending.startswith(b"\x1f\x8b"):
                    return  # what follows a finished body is padding
    if machine is not None:
        # Half a feed with the whole one's ETag would hide the other half until it changes.
        raise zlib.error("it ends too early")


def _window(start: bytes) -> int:
    """Raw deflate has no header; what is sent as "deflate" comes both ways."""
    zlib_header = len(start) > 1 and start[0] & 15 == 8 and (start[0] << 8 | start[1]) % 31 == 0
    return 47 if zlib_header or start[:1] == b"\x1f" else -15
