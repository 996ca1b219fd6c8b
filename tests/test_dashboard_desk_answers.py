"""Templates, suggested answers and what is looked at before an answer goes out: tables."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.desk import answers, limits, preflight
from dashboard.desk.answers import Occasion
from dashboard.desk.preflight import Facts
from dashboard.desk.starters import STARTERS
from sentiment import language
from storage import cases, people, templates
from storage.case_model import Claim, RecordReply, Reopen, Resolve
from storage.errors import InputError, NotFound, Refused
from storage.models import Label
from storage.people import Role
from storage.templates import BUILT_IN, SNIPPET, Template
from tests.desk import NOW, with_cases

SPOKEN = "We are sorry that the parcel came late and we have sent another one today."
DEUTSCH = "Es tut uns leid, dass das Paket so spät kam, wir haben heute ein neues geschickt."
OCCASION = Occasion(
    author="Mia Berg",
    lang="en",
    negative=True,
    topics=("Delivery", "Price"),
    praised=("Price",),
    blamed=("Delivery",),
    earlier=0,
    agent="Ana",
    brand="Acme",
)


def facts(text: str, **more: object) -> Facts:
    return Facts(text, "Mia Berg", "en")._replace(**more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given_", "kind", "hard"),
    [
        (facts("  "), "empty", True),
        (facts(SPOKEN, gone=True), "gone", True),
        (facts(SPOKEN, changed=True), "changed", True),
        (facts("x" * 351, limit=350), "length", True),
        (facts("Hello {name}, thanks"), "variable", True),
        (facts("Call us, [ORDER NUMBER] please"), "variable", True),
        (facts("Sent to DE89 3704 0044 0532 0130 00 today"), "account", True),
        (facts("Your card 4111 1111 1111 1111 was charged"), "account", True),
        (facts("Have a 10 % discount if you change your rating"), "incentive", True),
        (facts("For a 5 star review we give you a voucher"), "incentive", True),
        (facts("Ein Gutschein für eine gute Bewertung?"), "incentive", True),
        (facts("We wrote to mia.berg@mail.example about it"), "private", False),
        (facts("We called you on +49 170 1234567 today"), "private", False),
        (facts("We sent it to 12 Baker Street again"), "private", False),
        (facts("Dear Tom, we are sorry"), "name", False),
        (facts(DEUTSCH), "language", False),
        (facts("Would you remove your review?"), "gating", False),
        (facts("Bitte die Bewertung löschen"), "gating", False),
        (facts("It was our fault and we accept full responsibility"), "liability", False),
        (facts(SPOKEN, recent=(SPOKEN.replace("today", "Today!"),)), "repeated", False),
    ],
)
def test_what_stops_or_warns(given_: Facts, kind: str, hard: bool) -> None:
    found = preflight.findings(given_, lambda text: language.detect(text).lang)
    assert (kind, hard) in [(each.kind, each.hard) for each in found]
    assert all(each.words for each in found)
    assert [each.hard for each in found] == sorted((e.hard for e in found), reverse=True)


@pytest.mark.parametrize(
    "text",
    [
        SPOKEN,
        "Hello Mia, thank you for telling us. We look into it today. – Ana, Acme",
        "Hello, I am sorry that it came late; a colleague looks into it today.",
        "Dear customer, we are glad that you liked the 3 new dishes from 2026.",
        "Hi there, thanks for the kind review and the 5 stars!",
        "We refunded order no. 12 and are sorry.",
    ],
)
def test_what_may_go_out(text: str) -> None:
    found = preflight.findings(facts(text, limit=350), lambda each: language.detect(each).lang)
    assert found == []


@given(st.text(max_size=400), st.text(max_size=40), st.sampled_from(["", "en", "de"]))
def test_any_text_is_looked_at_without_failing(text: str, author: str, lang: str) -> None:
    found = preflight.findings(Facts(text, author, lang, 350, recent=(text,)))
    assert all(each.words for each in found)
    assert (len(text) > 350) == any(each.kind == "length" for each in found)


def test_limits_of_sites() -> None:
    assert (limits.of("play:com.acme"), limits.of("shop")) == (350, None)


def test_every_starter_is_filled_and_passes() -> None:
    """Four taps on a phone: a template as it is must go out without a question."""
    for each in STARTERS:
        occasion = OCCASION._replace(lang=each.lang)
        text = answers.fill(each.text, answers.known(occasion))
        assert answers.unfilled(text) == []
        looked = facts(text, lang=each.lang, limit=350)
        assert preflight.findings(looked, lambda each_: language.detect(each_).lang) == []


def test_a_greeting_without_a_name_stays_a_greeting() -> None:
    text = answers.fill(STARTERS[0].text, answers.known(OCCASION._replace(author="xx_99")))
    assert text.startswith("Hello, thank you")


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("Mia Berg", "Mia"),
        ("  Jürgen ", "Jürgen"),
        ("u/xx99", ""),
        ("mia", ""),
        ("", ""),
        ("Herr Müller", ""),
        ("Mr Smith", ""),
        ("Mr. John Smith", "John"),
        ("Dr. Anna Smith", "Anna"),
        ("Prof. Dr. Anna Smith", "Anna"),
        ("Dr.", ""),
        ("Acme GmbH", ""),
        ("evil.example now", ""),
    ],
)
def test_how_to_address_somebody(author: str, name: str) -> None:
    assert answers.first_name(author) == name


def test_a_suggestion_names_what_was_praised_and_blamed_and_never_repeats() -> None:
    said: list[str] = []
    for _ in range(20):
        text = answers.suggested(OCCASION, said)
        assert text not in said
        assert "price" in text
        assert "delivery" in text
        assert text.startswith("Hello Mia")
        assert text.endswith("– Ana, Acme")
        said.append(text)
    praise = OCCASION._replace(negative=False, blamed=(), lang="de", earlier=2)
    text = answers.suggested(praise, [])
    assert "Price" in text
    assert "schon einmal" in text
    assert "leid" not in text


@pytest.mark.parametrize("lang", ["en", "de", "fr"])
def test_a_suggestion_is_in_the_language_of_the_message(lang: str) -> None:
    text = answers.suggested(OCCASION._replace(lang=lang), [])
    looked = facts(text, lang=lang)
    assert preflight.findings(looked, lambda each: language.detect(each).lang) == []


def test_sides_of_opinions() -> None:
    told = [("Price", Label.POSITIVE), ("Staff", Label.NEGATIVE), ("Price", Label.NEGATIVE)]
    assert answers.sides(told) == (("Price",), ("Staff", "Price"))


def test_templates_that_fit_come_first_and_the_last_used_last() -> None:
    made = [
        Template(BUILT_IN, "a", "", "en", "sorry", "x"),
        Template(BUILT_IN, "b", "delivery", "en", "sorry", "x"),
        Template(BUILT_IN, "c", "", "de", "sorry", "x"),
        Template(BUILT_IN, "d", "", "", "thanks", "x"),
        Template(BUILT_IN, "e", "refund", "", "", "x"),
        Template(BUILT_IN, "f", "", "", "", "x"),
    ]
    found = answers.fitting(made, OCCASION, ["delivery"], None)
    assert [each.name for each in found] == ["b", "a", "f"]
    found = answers.fitting(made, OCCASION, ["delivery"], "b")
    assert [each.name for each in found] == ["a", "f", "b"]


def test_templates_are_kept_counted_and_retired(tmp_path: Path) -> None:
    db = with_cases(tmp_path, 2)
    with db.write() as conn:
        ana = people.person(conn, "Ana", NOW, role=Role.AGENT)
        vic = people.person(conn, "Vic", NOW, role=Role.VIEWER)
        templates.save(conn, Template(BUILT_IN, "Sorry", "", "en", "sorry", "old"), ana, NOW)
        templates.save(conn, Template(BUILT_IN, "Sorry", "price", "en", "sorry", "new"), ana, NOW)
        with pytest.raises(Refused):
            templates.save(conn, Template(BUILT_IN, "x", "", "", "", "y"), vic, NOW)
        with pytest.raises(InputError):
            templates.save(conn, Template(BUILT_IN, " ", "", "", "", "y"), ana, NOW)
    assert [each.text for each in templates.templates(db.reader())] == ["new"]
    for case_id in (1, 2):
        cases.act(db, case_id, Claim(actor=ana), NOW)
        templates.used(db, "Sorry", case_id, ana, NOW)
        steps = [
            RecordReply(actor=ana, text="x"),
            Resolve(actor=ana, root_cause="a", action="b"),
        ]
        cases.act_all(db, case_id, steps, NOW)
    later = NOW.replace(hour=NOW.hour + 1)
    cases.act(db, 2, Reopen(actor=ana), later)
    assert templates.uses(db.reader()) == [templates.TemplateUse("Sorry", 2, 1, 1, 0)]
    assert templates.latest(db.reader(), ana) == "Sorry"
    with db.write() as conn:
        templates.retire(conn, "Sorry", ana, NOW)
        with pytest.raises(NotFound):
            templates.retire(conn, "Sorry", ana, NOW)
    assert templates.templates(db.reader()) == []
    db.close()


def test_a_fact_is_added_before_the_signature() -> None:
    made = [
        Template(1, "Refunds", "refund", "en", SNIPPET, "A refund takes five days."),
        Template(2, "Hours", "", "", SNIPPET, "We are here until six."),
        Template(3, "Sorry", "", "en", "sorry", "Sorry."),
        Template(4, "Erstattung", "refund", "de", SNIPPET, "Fünf Tage."),
    ]
    about = OCCASION._replace(lang="en")
    names = [each.name for each in answers.snippets(made, about, ["refund"])]
    assert names == ["Refunds", "Hours"]
    assert [each.name for each in answers.snippets(made, about, [])] == ["Hours"]
    assert all(t.tone != SNIPPET for t in answers.fitting(made, about, ["refund"], None))
    fact = made[0].text
    assert answers.added("", fact) == fact
    assert answers.added("Sorry. – Zoe, Acme", fact) == f"Sorry. {fact} – Zoe, Acme"
    assert answers.added("Sorry.\n", fact) == f"Sorry. {fact}"
