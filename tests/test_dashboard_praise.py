"""Praise with consent: found, asked for, published where allowed, gone when it must be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from dashboard import praise_page, praise_policy
from dashboard.components import session
from dashboard.wiring import Workspace
from storage import people, praise, privacy
from storage.errors import InputError, NotFound, Refused
from storage.models import Batch, MentionFilter, Source
from storage.people import EARSHOT, Person, Role
from storage.praise import How, Praise, Shown, Step
from tests import pages
from tests.app_pages import Visit
from tests.command_line import earshot

SURVEY = Source("letters", "files", brand="Acme", options={"path": "."})
FEED = Source("shop", "feeds", brand="Acme", options={"url": "http://127.0.0.1:9/shop.xml"})
KIND = "<b>Lovely</b> delivery, fast and friendly couriers every time! <img src=x onerror=alert(1)>"


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    made = pages.build(tmp_path, mentions=False)
    now = made.now() - timedelta(days=3)
    letter = replace(pages.review(1, now, KIND, 5.0), place="letters", author="Mia <i>Berg</i>")
    blame = replace(pages.review(2, now, pages.BLAME[0], 1.0), place="letters")
    pages.take(made, SURVEY, [letter, blame])
    pages.take(made, FEED, [pages.review(3, now, "Great support, wonderful and kind people!", 5.0)])
    yield made
    made.close()


@pytest.fixture
def zoe(space: Workspace) -> Person:
    with space.db.write() as conn:
        return people.person(conn, "Zoe", space.now())


def found(space: Workspace, **more: tuple[str, ...]) -> dict[str, Praise]:
    flt = MentionFilter(**more)  # type: ignore[arg-type]
    return {each.place: each for each in praise.candidates(space.db.reader(), flt, 10)}


def given(space: Workspace, zoe: Person, scope: Shown = Shown.WORDS) -> Praise:
    text = found(space)["letters"]
    with space.db.write() as conn:
        praise.record(
            *(conn, text.mention_id, Step.GIVEN, zoe, space.now()),
            version=text.version,
            how=How.MAIL,
            scope=scope,
            asked_on=day(space),
        )
    return text


def day(space: Workspace) -> date:
    return (space.now() - timedelta(days=1)).date()


def step(space: Workspace, zoe: Person, text: Praise, what: Step) -> None:
    with space.db.write() as conn:
        praise.record(conn, text.mention_id, what, zoe, space.now())


def test_the_best_is_found_per_topic_and_place(space: Workspace) -> None:
    assert set(found(space)) == {"letters", "shop"}
    assert set(found(space, topics=("delivery",))) == {"letters"}
    assert set(found(space, places=("shop",))) == {"shop"}


def test_no_source_may_be_shown_unless_the_table_says_so(space: Workspace) -> None:
    texts = found(space)
    assert praise_policy.of(texts["letters"]).allowed
    with pytest.raises(Refused, match="Feeds"):
        praise_policy.require(texts["shop"])
    letter = texts["letters"]
    for changed in (
        letter._replace(kinds=frozenset({"files", "google_play"})),
        letter._replace(kinds=frozenset({"a-plugin"})),
        letter._replace(kinds=frozenset()),
        letter._replace(place="play:com.acme"),
        letter._replace(place="reddit"),
    ):
        assert not praise_policy.of(changed).allowed
    assert {name for name, rule in praise_policy.POLICIES.items() if rule.allowed} == {
        *("files", "import", "sample"),
    }


def test_only_what_its_writer_agreed_to_is_published(space: Workspace, zoe: Person) -> None:
    text = found(space)["letters"]
    with pytest.raises(Refused, match="has not agreed"):
        step(space, zoe, text, Step.PUBLISHED)
    with pytest.raises(InputError, match="how the writer was asked"):
        step(space, zoe, text, Step.GIVEN)
    given(space, zoe)
    assert praise_page.shown(space.db.reader()) == []
    step(space, zoe, text, Step.PUBLISHED)
    ((shown, consent),) = praise_page.shown(space.db.reader())
    assert shown == text
    assert (consent.how, consent.actor, consent.asked_on) == ("by mail", "Zoe", day(space))
    step(space, zoe, text, Step.TAKEN_DOWN)
    assert praise_page.shown(space.db.reader()) == []
    step(space, zoe, text, Step.PUBLISHED)
    step(space, zoe, text, Step.REVOKED)
    assert praise_page.shown(space.db.reader()) == []
    for wrong in (Step.PUBLISHED, Step.REVOKED, Step.TAKEN_DOWN):
        with pytest.raises(Refused):
            step(space, zoe, text, wrong)
    given(space, zoe)
    assert praise_page.shown(space.db.reader()) == [], "a new consent publishes nothing by itself"


def test_a_text_of_a_forbidden_source_never_shows_whatever_is_recorded(
    space: Workspace, zoe: Person
) -> None:
    text = found(space)["shop"]
    with space.db.write() as conn:
        praise.record(
            *(conn, text.mention_id, Step.GIVEN, zoe, space.now()),
            how=How.FORM,
            scope=Shown.NAME,
            asked_on=day(space),
        )
    step(space, zoe, text, Step.PUBLISHED)
    assert praise_page.shown(space.db.reader()) == []


def test_praise_of_somebody_else_is_never_published(space: Workspace, zoe: Person) -> None:
    at = space.now() - timedelta(days=3)
    rival = replace(SURVEY, id="theirs", brand="Rival")
    kind = replace(pages.review(9, at, "Rival is wonderful, I love its fast service!", 5.0))
    pages.take(space, rival, [replace(kind, place="theirs", brand="Rival")])
    text = found(space)["theirs"]
    with space.db.write() as conn:
        praise.record(
            *(conn, text.mention_id, Step.GIVEN, zoe, space.now()),
            how=How.MAIL,
            scope=Shown.WORDS,
            asked_on=day(space),
        )
    with pytest.raises(Refused, match="not ours"):
        step(space, zoe, text, Step.PUBLISHED)


def test_only_as_many_texts_are_read_as_are_shown(space: Workspace) -> None:
    conn = space.db.reader()
    (kind, best) = (each for each in praise.best(conn, MentionFilter(), 10))
    read = list[str]()
    conn.set_trace_callback(read.append)
    assert [each.mention_id for each in praise.chosen(conn, [kind, best], 1)] == [kind]
    conn.set_trace_callback(None)
    assert sum("FROM json_each" in each for each in read) == 1
    assert not any(str(best) in each for each in read)


def test_the_public_page_is_made_once_per_change(
    space: Workspace, zoe: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EARSHOT_DB", str(space.db.path))
    text = given(space, zoe)
    step(space, zoe, text, Step.PUBLISHED)
    praise_page._kept.cache_clear()
    for _ in range(3):
        assert "friendly couriers" in praise_page._answer()[1]
    assert praise_page._kept.cache_info().misses == 1
    step(space, zoe, text, Step.REVOKED)
    assert "friendly" not in praise_page._answer()[1]
    given(space, zoe)
    step(space, zoe, text, Step.PUBLISHED)
    assert "friendly" in praise_page._answer()[1]
    privacy.erase(space.db, [text.mention_id], "test", EARSHOT, space.now())
    assert "friendly" not in praise_page._answer()[1]


@pytest.mark.parametrize("what", ["edited", "deleted", "erased"])
def test_what_is_edited_deleted_or_erased_leaves_the_page(
    space: Workspace, zoe: Person, what: str
) -> None:
    text = given(space, zoe)
    step(space, zoe, text, Step.PUBLISHED)
    assert "friendly couriers" in praise_page.current(space.db.reader())
    if what == "edited":
        later = replace(
            pages.review(1, space.now(), "It was good delivery and friendly once.", 4.0),
            place="letters",
            updated_at=space.now(),
        )
        pages.take(space, SURVEY, [later])
    elif what == "deleted":
        space.ingest(SURVEY, [Batch((), gone=(("letters", "r1"),))], actor="worker")
    else:
        privacy.erase(space.db, [text.mention_id], "test", EARSHOT, space.now())
    content = praise_page.current(space.db.reader())
    assert "friendly" not in content
    assert "Nothing is shown here" in content
    with space.db.write() as conn, pytest.raises((Refused, NotFound)):
        praise.record(
            *(conn, text.mention_id, Step.GIVEN, zoe, space.now()),
            version=text.version,
            how=How.MAIL,
            scope=Shown.WORDS,
            asked_on=day(space),
        )


@pytest.mark.parametrize(
    ("scope", "name"), [(Shown.WORDS, "A customer"), (Shown.NAME, "Mia &lt;i&gt;Berg")]
)
def test_the_page_is_letters_and_names_as_agreed(
    space: Workspace, zoe: Person, scope: Shown, name: str
) -> None:
    text = given(space, zoe, scope)
    step(space, zoe, text, Step.PUBLISHED)
    content = praise_page.current(space.db.reader(), text.mention_id)
    assert "&lt;b&gt;Lovely&lt;/b&gt;" in content
    assert "<img" not in content
    assert "<script" not in content
    assert name in content
    assert ("Berg" in content) is (scope is Shown.NAME)


def test_consents_are_only_added_to_and_viewers_add_none(space: Workspace, zoe: Person) -> None:
    given(space, zoe)
    for statement in ("UPDATE praise_events SET how = ''", "DELETE FROM praise_events"):
        with pytest.raises(Exception, match="only added to"), space.db.write() as conn:
            conn.execute(statement)
    with pytest.raises(Refused, match="may look"):
        given(space, zoe._replace(role=Role.VIEWER))


def test_the_command_line_from_first_to_last(space: Workspace, tmp_path: Path) -> None:
    path, by = ("--db", space.db.path), ("--as", "Zoe")
    rows = earshot("praise", "list", "--json", *path).lines
    states = {row["place"]: (row["allowed"], row["mention"]) for row in rows}
    assert {place: allowed for place, (allowed, _) in states.items()} == {
        "letters": True,
        "shop": False,
    }
    mention, shop = states["letters"][1], states["shop"][1]
    asked = ("--how", "phone", "--shown", "first", "--on", day(space).isoformat())
    assert earshot("praise", "record", mention, "given", *asked, *by, *path).code == 0
    assert earshot("praise", "publish", shop, *by, *path).code != 0
    assert earshot("praise", "publish", mention, *by, *path).code == 0
    out = tmp_path / "page.html"
    assert earshot("praise", "page", "--out", out, "--mention", mention, *path).code == 0
    assert "friendly couriers" in out.read_text()
    assert len(earshot("praise", "list", "--published", "--json", *path).lines) == 1
    assert earshot("praise", "revoke", mention, *by, *path).code == 0
    assert earshot("praise", "list", "--published", "--json", *path).lines == []
    wrong = ("--how", "pigeon", "--shown", "first", "--on", "2026-01-01")
    assert earshot("praise", "record", mention, "given", *wrong, *by, *path).code == 2


def test_the_page_records_and_publishes(space: Workspace, zoe: Person, visit: Visit) -> None:
    text = found(space)["letters"]
    key = f"praise-{text.mention_id}"
    app = visit("praise", zoe.name, [f"{key}-box"])
    assert not app.exception
    app.button(key=f"{key}-given").click().run()
    app.button(key=f"{key}-up").click().run()
    assert not app.exception
    assert len(praise_page.shown(space.db.reader())) == 1
    shown = "\n".join(str(each.proto.body) for each in app.get("html"))
    assert "&lt;b&gt;Lovely&lt;/b&gt;" in shown
    assert "Not shown elsewhere" in shown
    status, content = praise_page._answer()
    assert (status, "friendly couriers" in content) == (200, True)
    session._open.clear()
    session.jobs.clear()
