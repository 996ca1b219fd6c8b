"""The collector of kind ``files``: a file, or a folder in which exports are dropped.

A file is read when its content changed, and then from its beginning: identities make that
harmless. How a file is written is told by ``collectors.tables``; nothing of that is here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatch
from hashlib import blake2b
from os import stat_result
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from collectors.contract import Check, KindInfo, Need, Services, Suggestion
from collectors.tables.plans import Plan, Wishes, plan
from collectors.tables.readers import SUFFIXES
from collectors.tables.reading import preview, read
from storage.errors import InputError, SourceBroken
from storage.models import Batch, Json, Kind, Observation, Refusal, Source

CHUNK = 1 << 20
UNFINISHED = (".part", ".tmp", ".crdownload", ".download")
TEXTS = ("encoding", "delimiter", "sheet", "dates", "scale", "timezone")


class FilesCollector:
    """Reads tables of reviews, surveys and posts from files."""

    info: ClassVar[KindInfo] = KindInfo(
        name="files",
        title="Files: CSV, TSV, XLSX, JSON, JSON Lines, Parquet",
        needs=(
            Need("path", "a file, or a folder that is watched for files", required=True),
            Need("pattern", "which names in the folder are read, such as *.csv"),
            Need("kind", "review, survey or social; guessed from the columns without it"),
            Need("map", "columns by field, such as {text = 'Body', rating = 'Stars'}"),
            Need("dates", "dmy, mdy or ymd for dates such as 03/04/2026"),
            Need("scale", "the scale of ratings, such as 1-10"),
            Need("timezone", "of times without an offset; UTC without it"),
            Need("encoding", "such as utf-8 or cp1252"),
            Need("delimiter", "the character between cells"),
            Need("header_rows", "how many rows hold names of columns"),
            Need("sheet", "the sheet of a spreadsheet"),
        ),
        example={"path": "exports"},
        terms="Your own files. Whoever exported them agreed to the terms of where they are from.",
    )

    def __init__(self, services: Services) -> None:
        self._now = services.now

    @staticmethod
    def recognise(link: str) -> Suggestion | None:
        """Take a path or a ``file:`` address of something that is there."""
        path = Path(unquote(urlsplit(link).path) if link.startswith("file:") else link)
        try:
            # A bare word is rather a name of something than a folder that is here.
            folder = len(path.parts) > 1 and path.is_dir()
            known = folder or (path.is_file() and path.suffix.lower() in SUFFIXES)
        except (OSError, ValueError):
            return None
        if not known:
            return None
        slug = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "files"
        return Suggestion("files", slug, {"path": str(path.resolve())}, path.name)

    def collect(self, source: Source, cursor: Json) -> Iterator[Batch]:
        """Yield the rows of every file that is new or changed since ``cursor``."""
        root = _root(source)
        paths = _paths(root, source)
        options = _digest_of(source)
        before = _files(cursor) if _options(cursor) == options else {}
        state = {name: before[name] for name in paths if name in before}
        for name, path in paths.items():
            for batch in self._file(source, name, path, state):
                yield replace(batch, cursor={"options": options, "files": dict(state)})
        if state != before:
            yield Batch((), cursor={"options": options, "files": dict(state)})
        broken = {name: seen["broken"] for name, seen in state.items() if "broken" in seen}
        if broken and len(broken) == len(state):
            name, reason = next(iter(broken.items()))
            others = f" (and {len(broken) - 1} other files)" if len(broken) > 1 else ""
            raise SourceBroken(f"{reason}{others}")

    def check(self, source: Source) -> Check:
        """Show what the first rows of the newest file become."""
        try:
            paths = _paths(_root(source), source)
            if not paths:
                return Check(problem="there is no file to read in that folder yet")
            newest = max(paths.values(), key=lambda path: path.stat().st_mtime)
            rows = preview(self._plan(newest, source), 3, source=source, now=self._now())
        except (InputError, SourceBroken, OSError) as error:
            return Check(problem=str(error))
        return Check(tuple(row for row in rows if isinstance(row, Observation)))

    def _plan(self, path: Path, source: Source) -> Plan:
        options = source.options
        kind = options.get("kind")
        if kind is not None and kind not in list(Kind):
            raise InputError(f"there is no kind {kind!r}")
        mapping = options.get("map") or {}
        if not isinstance(mapping, Mapping):
            raise InputError("map is a table of columns by field")
        return plan(
            path,
            now=self._now(),
            kind=Kind(str(kind)) if kind else None,
            mapping={field: _columns(value) for field, value in mapping.items()},
            wishes=_wishes(options),
        )

    def _file(
        self, source: Source, name: str, path: Path, state: dict[str, dict[str, Json]]
    ) -> Iterator[Batch]:
        """Read one file if it changed; what is done so far goes into ``state``."""
        seen = state.get(name, {})
        try:
            stat = path.stat()
            if (seen.get("size"), seen.get("mtime")) == (stat.st_size, stat.st_mtime_ns):
                return
            digest = _digest(path)
            if seen.get("digest") == digest and "batches" not in seen:
                state[name] = {**seen, **_mark(stat)}
                return
            done = seen.get("batches", 0) if seen.get("digest") == digest else 0
            skip = done if isinstance(done, int) else 0
            reading = read(self._plan(path, source), source, now=self._now())
            for number, batch in enumerate(reading, 1):
                if number > skip:
                    state[name] = {"digest": digest, "batches": number}
                    yield batch
            if _mark(path.stat()) == _mark(stat):  # else it grew while it was read: again
                state[name] = {"digest": digest, **_mark(stat)}
        except (InputError, OSError) as error:
            state[name] = {"broken": f"{name}: {error}", **_mark_if_there(path)}
            yield Batch(
                (), cursor={"files": dict(state)}, refused=(Refusal(0, f"{name}: {error}"),)
            )


def _root(source: Source) -> Path:
    path = source.options.get("path")
    if not isinstance(path, str) or not path:
        raise SourceBroken("the option 'path' must name a file or a folder")
    root = Path(path).expanduser()
    if not root.exists():
        raise SourceBroken(f"there is no file or folder {root}")
    return root


def _paths(root: Path, source: Source) -> dict[str, Path]:
    """Return the files to read by name, oldest first, as exports follow each other."""
    if not root.is_dir():
        return {root.name: root}
    pattern = source.options.get("pattern")
    try:
        found = [path for path in root.iterdir() if path.is_file() and _is_wanted(path, pattern)]
        found.sort(key=lambda path: (path.stat().st_mtime_ns, path.name))
    except OSError as error:
        raise SourceBroken(f"{root} cannot be read: {error}") from error
    return {path.name: path for path in found}


def _is_wanted(path: Path, pattern: Json) -> bool:
    name = path.name
    if name.startswith((".", "~$")) or name.lower().endswith(UNFINISHED):
        return False
    if isinstance(pattern, str) and pattern:
        return fnmatch(name.lower(), pattern.lower())
    return path.suffix.lower() in SUFFIXES


def _options(cursor: Json) -> Json:
    return cursor.get("options") if isinstance(cursor, dict) else None


def _digest_of(source: Source) -> str:
    """Return a mark of everything that decides what rows become: a new one means again."""
    said = repr((source.brand, source.product, sorted(source.options.items(), key=str)))
    return blake2b(said.encode("utf-8", "replace"), digest_size=8).hexdigest()


def _files(cursor: Json) -> dict[str, dict[str, Json]]:
    files = cursor.get("files") if isinstance(cursor, dict) else None
    if not isinstance(files, dict):
        return {}
    return {name: seen for name, seen in files.items() if isinstance(seen, dict)}


def _digest(path: Path) -> str:
    digest = blake2b(digest_size=16)
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _mark(stat: stat_result) -> dict[str, Json]:
    return {"size": stat.st_size, "mtime": stat.st_mtime_ns}


def _mark_if_there(path: Path) -> dict[str, Json]:
    try:
        return _mark(path.stat())
    except OSError:
        return {}


def _columns(value: Json) -> str | list[str]:
    return [str(column) for column in value] if isinstance(value, list) else str(value)


def _wishes(options: Mapping[str, Json]) -> Wishes:
    given = {name: str(value) for name in TEXTS if (value := options.get(name)) is not None}
    rows = options.get("header_rows")
    if rows is not None and (not isinstance(rows, int) or not 0 <= rows <= 10):
        raise InputError("header_rows is a number from 0 to 10")
    return Wishes(**given, header_rows=rows)
