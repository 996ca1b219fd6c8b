"""``earshot analyze``: a filter, JSON lines in, one JSON line out for each, in order.

It reads what is there, answers it, flushes, and waits for more, so that another program
can talk to it line by line. Of a database it reads the models that were promoted there;
it never makes or changes one.
"""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

import click

from dashboard.commands.options import places
from storage.errors import EarshotError, InputError, StorageError
from storage.models import Analysis, Json, Label, Passage

if TYPE_CHECKING:
    from collectors.pipeline import Analyser
    from dashboard.settings import Settings
    from storage.models import Topic

READ_AT_ONCE = 1 << 20
ANALYSE_AT_ONCE = 500


class _Wrong(NamedTuple):
    """A line that could not be taken, and why."""

    line: int
    reason: str


@click.command("analyze")
@places
@click.option(
    "--model",
    type=click.Choice(["best", "vader"]),
    default="best",
    show_default=True,
    help="best: of the cleaned and masked text, by the learned model that was promoted or the "
    "default one, unscored in languages that neither can read. "
    "vader: vaderSentiment's own answer for the text exactly as given.",
)
@click.option(
    "--source",
    metavar="ID",
    help="Use the model promoted for this source, if any; without it, that of the text's "
    "language which learned from most texts.",
)
def command(db_path: Path, config_path: Path, model: str, source: str | None) -> None:
    """Analyse texts: JSON lines on standard input, JSON lines on standard output.

    Each input line is an object with "text" and, if known, "lang", "rating" (stars) and
    "targets" (phrases to be answered for). Each line gets exactly one output line, in
    order; one that cannot be taken gets {"error": …, "line": number}, the others are
    answered all the same, and the exit code is 1. Brands and topics are those of the
    configuration file, where there is one.
    """
    analyser = _analyser(model, config_path, db_path, source)
    try:
        wrong = _filter(analyser, source, sys.stdin.buffer, sys.stdout.buffer)
    except BrokenPipeError:
        # Whoever read the answers has left (`| head`): nothing to say, and nobody to say it to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return
    if wrong:
        raise EarshotError(f"{wrong} line(s) could not be taken; their answers say why")


def _analyser(model: str, config_path: Path, db_path: Path, source: str | None) -> Analyser:
    from dashboard import learned_models, settings
    from sentiment import analyser

    declared = settings.load(config_path)
    topics = _topics(declared, db_path)
    if model == "vader":
        return analyser.Vader(topics)
    engine = analyser.best(declared.brands, topics)
    return learned_models.analyser_of(db_path, engine, declared.brands, source)


def _topics(declared: Settings, db_path: Path) -> tuple[Topic, ...]:
    """Return the topics of the file and of the database, else a starter's; nothing is made."""
    import sqlite3
    from contextlib import closing

    from sentiment import taxonomy
    from storage import topics
    from storage.database import open_reader

    found: tuple[Topic, ...] = declared.topics
    if db_path.exists() and db_path.stat().st_size:
        with closing(open_reader(db_path)) as conn:
            try:
                found = topics.beside(conn, declared.topics)
            except sqlite3.OperationalError:
                # A file of an older release, which knows of no taxonomy; it stays as it is.
                found = declared.topics
            except sqlite3.DatabaseError as error:
                raise StorageError(f"{db_path} cannot be read: {error}") from error
    return found or taxonomy.starter(declared.taxonomy or taxonomy.GENERAL)


def _filter(analyser: Analyser, source: str | None, given: BinaryIO, answered: BinaryIO) -> int:
    """Answer every line, and return how many could not be taken."""
    wrong = line = 0
    for lines in _blocks(given):
        for start in range(0, len(lines), ANALYSE_AT_ONCE):
            items = [
                _passage(text, line + number, source)
                for number, text in enumerate(lines[start : start + ANALYSE_AT_ONCE], 1)
            ]
            line += len(items)
            wrong += sum(isinstance(item, _Wrong) for item in items)
            answered.write("".join(_answers(analyser, items)).encode("ascii"))
            answered.flush()
    return wrong


def _blocks(given: BinaryIO) -> Iterator[list[bytes]]:
    """Yield whole lines as they arrive, never waiting for more than the next one."""
    read: Callable[[int], bytes] = getattr(given, "read1", given.read)
    begun: list[bytes] = []
    while chunk := read(READ_AT_ONCE):
        whole, newline, rest = chunk.rpartition(b"\n")
        if not newline:
            begun.append(chunk)
            continue
        yield b"".join([*begun, whole]).split(b"\n")
        begun = [rest] if rest else []
    if begun:
        yield [b"".join(begun)]


def _passage(line: bytes, number: int, source: str | None) -> Passage | _Wrong:
    """Read one line, or say what is wrong with it."""
    try:
        text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        found = json.loads(text)
        if not isinstance(found, dict):
            raise InputError('not an object like {"text": "…"}')
        return Passage(_text(found), _lang(found), _rating(found), _targets(found), source)
    except InputError as error:
        return _Wrong(number, str(error))
    except UnicodeDecodeError as error:
        return _Wrong(number, f"not UTF-8: {error.reason} at byte {error.start}")
    except json.JSONDecodeError as error:
        return _Wrong(number, f"not JSON: {error.msg} at column {error.colno}")
    except (RecursionError, ValueError) as error:
        return _Wrong(number, f"not JSON that can be read: {error}")


def _text(found: dict[str, Json]) -> str:
    text = found.get("text")
    if not isinstance(text, str):
        raise InputError('"text" is missing' if text is None else '"text" is not a string')
    return text


def _lang(found: dict[str, Json]) -> str | None:
    value = found.get("lang")
    if value is None or isinstance(value, str):
        return value
    raise InputError('"lang" is not a string')


def _rating(found: dict[str, Json]) -> float | None:
    """Return the stars; a number that is none (NaN, infinite) counts as not given."""
    value = found.get("rating")
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError('"rating" is not a number')
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def _targets(found: dict[str, Json]) -> tuple[str, ...]:
    value = found.get("targets")
    if value is None:
        return ()
    if isinstance(value, list):
        words = tuple(item for item in value if isinstance(item, str))
        if len(words) == len(value):
            return words
    raise InputError('"targets" is not a list of strings')


def _answers(analyser: Analyser, items: Sequence[Passage | _Wrong]) -> Iterator[str]:
    passages = [item for item in items if isinstance(item, Passage)]
    analyses = iter(analyser.analyse(passages))
    for item in items:
        answer: dict[str, Json]
        if isinstance(item, _Wrong):
            answer = {"error": item.reason, "line": item.line}
        else:
            answer = _answer(next(analyses))
        yield json.dumps(answer) + "\n"


def _answer(analysis: Analysis) -> dict[str, Json]:
    """Return an analysis as DESIGN fixes it; other programs rely on every name here."""
    return {
        "sentiment": {
            "label": analysis.label,
            "score": analysis.score,
            "confidence": analysis.confidence,
            "unsure": analysis.unsure,
        },
        "compound": analysis.compound,
        "lang": analysis.lang,
        "topics": list(analysis.topics),
        "opinions": [
            {
                "topic": opinion.topic,
                "term": opinion.term,
                "start": opinion.start,
                "end": opinion.end,
                "label": opinion.label,
                "score": None if opinion.label is Label.UNSCORED else opinion.score,
            }
            for opinion in analysis.opinions
        ],
        "targets": [
            {
                "target": target.target,
                "found": target.found,
                "label": target.label,
                "score": target.score,
            }
            for target in analysis.targets
        ],
        "disagrees": analysis.disagrees,
        "intent": analysis.intent,
        "intent_span": [*analysis.purpose[1:]] if analysis.purpose else None,
        "urgency": [
            {"flag": flag.urgency, "start": flag.start, "end": flag.end}
            for flag in analysis.urgency
        ],
    }
