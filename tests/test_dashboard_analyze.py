"""``earshot analyze`` as another program sees it."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from tests.data import shared

COMMAND = [sys.executable, "-m", "dashboard", "analyze"]


def run(given: bytes, folder: Path, *options: str) -> tuple[list[Any], int, str]:
    done = subprocess.run(
        [*COMMAND, *options], input=given, capture_output=True, cwd=folder, timeout=60, check=False
    )
    assert done.stdout.isascii()
    assert not list(folder.glob("*.db*"))
    answers = [json.loads(line) for line in done.stdout.decode().splitlines()]
    return answers, done.returncode, done.stderr.decode()


def lines(*rows: object) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def test_one_answer_for_each_line_in_order(tmp_path: Path) -> None:
    text = "😁 The “food” was great, but the crew were rude"
    given = lines(
        {"text": text, "targets": ["crew", "", "wifi"], "lang": "en", "rating": 3},
        {"text": "Das war super schlecht, nie wieder"},
        {"text": "Terrible, awful, the worst staff of all", "rating": 5.0},
        {"text": "", "lang": None, "rating": None, "targets": None},
    )
    (first, second, third, fourth), code, said = run(given, tmp_path)
    assert (code, said) == (0, "")
    fixed = ["sentiment", "compound", "lang", "topics", "opinions", "targets", "disagrees"]
    fixed += ["intent", "intent_span", "urgency"]
    assert list(first) == fixed
    assert list(first["sentiment"]) == ["label", "score", "confidence", "unsure"]
    assert first["topics"] == ["food", "staff"]
    for opinion in first["opinions"]:
        assert list(opinion) == ["topic", "term", "start", "end", "label", "score"]
        assert text[opinion["start"] : opinion["end"]] == opinion["term"]
    assert [o["label"] for o in first["opinions"]] == ["positive", "negative"]
    assert first["targets"] == [
        {
            "target": "crew",
            "found": True,
            "label": "negative",
            "score": pytest.approx(-0.27, abs=0.5),
        },
        {"target": "", "found": False, "label": "neutral", "score": 0.0},
        {"target": "wifi", "found": False, "label": "neutral", "score": 0.0},
    ]
    told = {"label": "unscored", "score": None, "confidence": 0.0, "unsure": False}
    assert second["sentiment"] == told
    assert second["lang"] == "de"
    assert [first["disagrees"], third["disagrees"]] == [False, True]
    assert fourth["sentiment"]["label"] == "unscored"


def test_a_line_that_cannot_be_taken_is_answered_too(tmp_path: Path) -> None:
    wrong = [
        b"",
        b"no json",
        b"[1]",
        b"{}",
        b'{"text": 5}',
        b'{"text": "x", "rating": "5"}',
        b'{"text": "x", "lang": 5}',
        b'{"text": "x", "targets": "x"}',
        b'{"text": "x", "targets": [1]}',
        b'{"text": "\xff"}',
        b'{"text": ' + b"[" * 100_000,
        b'{"text": "x", "rating": ' + b"9" * 5_000 + b"}",
    ]
    good = b'{"text": "Great food, I love it"}'
    given = b"".join(line + b"\n" + good + b"\n" for line in wrong)
    answers, code, said = run(given, tmp_path)
    assert len(answers) == 2 * len(wrong)
    assert [answer["line"] for answer in answers[::2]] == list(range(1, 2 * len(wrong), 2))
    assert all(answer["error"] for answer in answers[::2])
    assert {answer["sentiment"]["label"] for answer in answers[1::2]} == {"positive"}
    assert code == 1
    assert said.count("\n") == 1
    assert said.startswith(f"earshot: {len(wrong)} line(s) could not be taken")


def test_odd_but_readable_lines(tmp_path: Path) -> None:
    given = (
        b'\xef\xbb\xbf{"text": "Great \\ud800 food", "rating": NaN}\r\n'
        b'{"text": "Great\\u0000 food", "rating": 1e999, "id": 7, "targets": ["\\ud800"]}\n'
        b'{"text": "no newline at the end, great"}'
    )
    answers, code, _ = run(given, tmp_path)
    assert code == 0
    assert len(answers) == 3
    assert answers[1]["targets"][0]["target"] == "\ud800"


def test_nothing_in_nothing_out(tmp_path: Path) -> None:
    assert run(b"", tmp_path) == ([], 0, "")


def test_it_answers_before_the_input_ends(tmp_path: Path) -> None:
    with subprocess.Popen(
        COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=tmp_path
    ) as talk:
        assert talk.stdin
        assert talk.stdout
        for text in ("Great food and I love it", "Awful"):
            talk.stdin.write(lines({"text": text}))
            talk.stdin.flush()
            assert "sentiment" in json.loads(talk.stdout.readline())
        talk.stdin.close()
        assert talk.wait(timeout=30) == 0


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    with subprocess.Popen(
        COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
    ) as talk:
        assert talk.stdin
        assert talk.stdout
        assert talk.stderr
        talk.stdin.write(lines({"text": "Great food and I love it"}))
        talk.stdin.flush()
        talk.stdout.readline()
        talk.stdout.close()
        talk.stdin.write(lines({"text": "Great food and I love it"}))
        talk.stdin.close()
        assert talk.stderr.read() == b""
        assert talk.wait(timeout=30) == 0


def test_brands_and_topics_of_the_configuration_count(tmp_path: Path) -> None:
    (tmp_path / "earshot.toml").write_text(
        '[[brand]]\nname = "Splendid"\n'
        '[[topic]]\nkey = "gates"\nname = "Gates"\nterms = ["gate*"]\n'
    )
    given = lines({"text": "Splendid is at gate 12 and the food is on the table"})
    (answer,), _, _ = run(given, tmp_path)
    assert (answer["compound"], answer["topics"]) == (0.0, ["gates"])
    (raw,), _, _ = run(given, tmp_path, "--model", "vader", "--source", "x", "--db", "none.db")
    assert (raw["compound"] > 0.5, raw["topics"]) == (True, ["gates"])


def test_a_wrong_configuration_or_option_exits_with_2(tmp_path: Path) -> None:
    (tmp_path / "earshot.toml").write_text("[[brand")
    assert run(b"", tmp_path)[1] == 2
    assert run(b"", tmp_path, "--model", "nonsense")[1] == 2


@cache
def reference() -> SentimentIntensityAnalyzer:
    return SentimentIntensityAnalyzer()


def real() -> Iterator[str]:
    with shared("airline/tweets.csv").open(encoding="utf-8", newline="") as file:
        yield from (row["text"] for row in csv.DictReader(file))


@pytest.mark.data
def test_vader_is_vadersentiments_own_number_in_every_language(tmp_path: Path) -> None:
    texts = [*real()][:1_500] + [
        "Das ist super schlecht",
        "とても良い 😁",
        "isn’t good &amp; <b>bad</b>",
    ]
    answers, code, _ = run(lines(*({"text": text} for text in texts)), tmp_path, "--model", "vader")
    assert code == 0
    expected = [reference().polarity_scores(text)["compound"] for text in texts]
    assert [answer["compound"] for answer in answers] == expected
    assert [answer["sentiment"]["score"] for answer in answers] == expected
