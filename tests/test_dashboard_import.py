"""``earshot import``: the guess is shown, everything is counted, again changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.commands import import_shown
from storage.database import Database
from tests.command_line import Ran, earshot
from tests.data import shared
from tests.tables import write

ROWS = (
    "id,text,rating,date\n"
    "1,The courier was late and rude,1,2026-11-20\n"
    "2,It works well and looks good,5,2026-11-20\n"
    "3,,,2026-11-20\n"
    "4,quite bad,7,2026-11-20\n"
)


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARSHOT_DB", str(tmp_path / "earshot.db"))
    monkeypatch.setenv("EARSHOT_CONFIG", str(tmp_path / "earshot.toml"))


def counts(ran: Ran) -> list[int]:
    return [ran.json[name] for name in ("read", "new", "changed", "unchanged", "refused")]


def test_rows_are_stored_scored_and_counted(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", ROWS)
    first = earshot("import", path, "--json")
    assert (first.code, counts(first)) == (0, [4, 2, 0, 0, 2])
    assert first.json["columns"] == {
        "id": "id", "text": "text", "published_at": "date", "rating": "rating",
    }  # fmt: skip
    assert first.json["refusals"] == [
        {"line": 4, "reason": "no text, no rating and no score"},
        {"line": 5, "reason": "rating '7' is outside 1–5"},
    ]
    assert counts(earshot("import", path, "--json")) == [4, 0, 0, 2, 2]
    edited = write(path, ROWS.replace("late and rude", "late but kind"))
    assert counts(earshot("import", edited, "--json")) == [4, 0, 1, 1, 2]
    with Database(tmp_path / "earshot.db").reader() as conn:
        assert conn.execute("SELECT count(*) FROM mentions").fetchone()[0] == 2
        assert conn.execute("SELECT count(*) FROM scores").fetchone()[0] >= 2


def test_the_guess_and_the_result_are_shown(tmp_path: Path) -> None:
    ran = earshot("import", write(tmp_path / "a.csv", ROWS))
    assert ran.code == 0
    assert "CSV, utf-8, 4 rows" in ran.text
    assert "kind: review" in ran.text
    assert "rating        = rating (scale 1–5)" in ran.text
    assert "4 read: 2 new, 0 changed, 0 unchanged, 2 refused" in ran.text
    assert "line 5: rating '7'" in ran.text


def test_ids_that_other_files_use_too_are_doubted(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", ROWS)
    assert "--source NAME" in earshot("import", path, "--json").json["warnings"][0]
    assert earshot("import", path, "--source", "may", "--json").json["warnings"] == []
    strong = write(tmp_path / "b.csv", ROWS.strip().replace("\n", "\nr-"))
    assert earshot("import", strong, "--json").json["warnings"] == []


def test_a_dry_run_stores_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", ROWS)
    shown = earshot("import", path, "--dry-run")
    assert "2026-11-20 1 stars  The courier was late" in shown.text
    assert earshot("import", path, "--dry-run", "--json").json["rows"] == 4
    assert not (tmp_path / "earshot.db").exists()


def test_several_files_are_counted_together_and_planned_first(tmp_path: Path) -> None:
    one, two = (
        write(tmp_path / "a.csv", ROWS),
        write(tmp_path / "b.csv", ROWS.replace("1,T", "9,T")),
    )
    broken = write(tmp_path / "c.csv", b"\x00\x01\x02")
    assert earshot("import", one, broken).code == 2
    assert not (tmp_path / "earshot.db").exists()
    both = earshot("import", one, two, "--json")
    assert counts(both) == [8, 3, 0, 1, 4]
    assert [file["file"] for file in both.json["files"]] == ["a.csv", "b.csv"]
    assert both.json["refusals"][2]["file"] == "b.csv"
    assert "in all:" in earshot("import", one, two).text


def test_options_name_what_rows_leave_open(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "body=x,mark\nsome words,8\nother words,10\n")
    arguments = ("--map", "text=body=x", "--map", "rating=mark", "--scale", "1-10")
    named = ("--kind", "social", "--source", "forum", "--brand", "Acme", "--product", "Tool")
    ran = earshot("import", path, *arguments, *named, "--json")
    assert (ran.json["kind"], ran.json["rating_scale"]) == ("social", "1–10")
    with Database(tmp_path / "earshot.db").reader() as conn:
        assert conn.execute("SELECT key FROM places").fetchall() == [("forum",)]
        assert ("Acme",) in conn.execute("SELECT name FROM brands").fetchall()
        assert ("Tool",) in conn.execute("SELECT name FROM products").fetchall()
        source = conn.execute("SELECT enabled FROM sources WHERE key = 'forum'").fetchone()
    assert source == (0,)


@pytest.mark.parametrize(
    ("content", "arguments", "message"),
    [
        (b"", (), "is empty"),
        (b"\x89PNG", (), "picture"),
        (b"text,rating\n", (), "no rows"),
        (b"a,b\n1,2\n", (), "--map text=COLUMN"),
        (b"text\nabc def\n", ("--map", "txt=text"), "did you mean 'text'"),
        (b"text\nabc def\n", ("--map", "text"), "FIELD=COLUMN"),
        (b"text\nabc def\n", ("--map", "text=body"), "no column 'body'"),
        (b"text\nabc def\n", ("--kind", "poem"), "poem"),
        (b"text\nabc def\n", ("--timezone", "Mars"), "time zone"),
        (b"text\nabc def\n", ("--encoding", "klingon"), "encoding"),
    ],
)
def test_a_bad_file_or_option_is_one_line_and_exit_2(
    tmp_path: Path, content: bytes, arguments: tuple[str, ...], message: str
) -> None:
    ran = earshot("import", write(tmp_path / "a.csv", content), *arguments)
    assert ran.code == 2
    assert message in ran.err
    assert not (tmp_path / "earshot.db").exists()


def test_no_row_taken_is_exit_1(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "text,rating\n,0\n,NaN\n")
    ran = earshot("import", path, "--json")
    assert (ran.code, counts(ran)) == (1, [2, 0, 0, 0, 2])
    assert "no row could be taken" in ran.err


def test_many_refusals_are_cut_on_screen_only(tmp_path: Path) -> None:
    rows = "".join(f"text {n},{0 if n else 5}\n" for n in range(60))
    path = write(tmp_path / "a.csv", "text,rating\n" + rows)
    assert "and 39 more (--json lists all)" in earshot("import", path).text
    assert len(earshot("import", path, "--json").json["refusals"]) == 59


def test_names_of_columns_do_not_steer_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran = earshot("import", write(tmp_path / "a.csv", "text,\x1b[2Jdate\nso good,2024-01-02\n"))
    assert "\x1b" not in ran.text
    import_shown.say("a\x1bb\nc")
    assert capsys.readouterr().out == "a\ufffdb\ufffdc\n"


@pytest.mark.data
def test_console_exports_overlap() -> None:
    first = earshot("import", shared("play_console/export_a.csv"), "--source", "play", "--json")
    assert counts(first) == [930, 930, 0, 0, 0]
    second = earshot("import", shared("play_console/export_b.csv"), "--source", "play", "--json")
    assert second.json["new"] == 477
    assert second.json["changed"] + second.json["unchanged"] == 930
    again = earshot("import", shared("play_console/export_b.csv"), "--source", "play", "--json")
    assert counts(again) == [1407, 0, 0, 1407, 0]
