"""`earshot kpi`: the figures of the screen, checked by independent arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from storage import listing, workspace
from storage.database import Database
from storage.models import Kind, MentionFilter
from tests.command_line import earshot
from tests.workspace import company, open_company


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """A company of three weeks."""
    database = company(tmp_path)
    yield database
    database.close()


def test_measures_agree_with_the_mentions(db: Database) -> None:
    found = {
        (row["kind"], row["name"]): row for row in earshot("kpi", "--json", "--db", db.path).lines
    }
    rows = list(listing.every(db.reader(), MentionFilter()))
    answers = [row.nps for row in rows if row.nps is not None]
    nps = 100 * (sum(a >= 9 for a in answers) - sum(a <= 6 for a in answers)) / len(answers)
    stars = [row.rating for row in rows if row.rating is not None]
    assert found["survey", "nps"]["value"] == pytest.approx(nps)
    assert found["survey", "nps"]["n"] == len(answers)
    assert found["review", "rating"]["value"] == pytest.approx(sum(stars) / len(stars))
    for kind in Kind:
        labels = [row.label.value for row in rows if row.kind is kind]
        if labels:
            share = labels.count("negative") / len(labels)
            measure = found[kind.value, "negative_share"]
            assert measure["value"] == pytest.approx(share)
            assert measure["low"] <= share <= measure["high"]
    assert ("review", "nps") not in found


def test_filters_apply_and_words_are_for_people(db: Database) -> None:
    rows = earshot("kpi", "--json", "--db", db.path, "--source", "reddit").lines
    assert {row["kind"] for row in rows} == {"social"}
    ran = earshot("kpi", "--db", db.path, "--kind", "survey")
    assert ran.code == 0
    assert "nps" in ran.text
    assert "review" not in ran.text


def test_sample_data_says_so(db: Database) -> None:
    with db.write() as conn:
        workspace.set_meta(conn, "sample", "1")
    assert all(row["sample"] for row in earshot("kpi", "--json", "--db", db.path).lines)
    assert "sample data" in earshot("kpi", "--db", db.path).text


def test_an_empty_workspace_has_no_figures(tmp_path: Path) -> None:
    db = open_company(tmp_path)
    assert earshot("kpi", "--json", "--db", db.path).out == b""
    assert earshot("kpi", "--db", db.path).text == "no mentions\n"
    db.close()
