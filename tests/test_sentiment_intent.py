"""What a writer wants and what cannot wait, with the words that say so."""

from __future__ import annotations

import pytest

from sentiment.analyser import best
from storage.models import Analysis, Intent, Label, Passage, Urgency


def read(text: str, lang: str | None = None) -> Analysis:
    return best().analyse([Passage(text, lang)])[0]


def said(text: str, lang: str | None = None) -> dict[Urgency, str]:
    return {flag.urgency: text[flag.start : flag.end] for flag in read(text, lang).urgency}


@pytest.mark.parametrize(
    ("text", "intent", "evidence"),
    [
        ("The soup was cold and the waiter was rude.", Intent.COMPLAINT, "rude"),
        ("Where is my refund?", Intent.QUESTION, "Where is my refund"),
        ("Hi, when do you open?", Intent.QUESTION, "when do you open"),
        ("It would be great if you added a map.", Intent.SUGGESTION, "would be great if"),
        ("Wonderful soup, kind people", Intent.PRAISE, "Wonderful"),
        ("I am cancelling my subscription.", Intent.LEAVING, "cancelling my subscription"),
        ("Earn money online, click here", Intent.SPAM, "Earn money"),
        ("We sat by the window.", None, ""),
        ("", None, ""),
    ],
)
def test_intents_and_their_words(text: str, intent: Intent | None, evidence: str) -> None:
    answer = read(text)
    assert answer.intent is intent
    if answer.purpose:
        assert text[answer.purpose.start : answer.purpose.end] == evidence


def test_a_question_is_neutral_and_still_work() -> None:
    answer = read("Where is my refund?")
    assert (answer.label, answer.intent) == (Label.NEUTRAL, Intent.QUESTION)


def test_evidence_is_in_code_points_of_the_given_text() -> None:
    text = "😁 &amp; <b>the “charger”</b> caught fire; my lawyer knows"
    assert said(text) == {Urgency.SAFETY: "caught fire", Urgency.LEGAL: "my lawyer"}


@pytest.mark.parametrize(
    "text",
    [
        "I have never felt unsafe here.",
        "Nobody was injured, all good.",
        "If it catches fire, call the desk.",
        "The food was on fire tonight!",
        "I called to change my address.",
    ],
)
def test_what_is_denied_or_meant_otherwise_is_no_alarm(text: str) -> None:
    assert said(text) == {}


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("Das Ladegerät hat gebrannt und ich bin verletzt", Urgency.SAFETY),
        ("Ich gehe damit zur Verbraucherzentrale und nehme einen Anwalt", Urgency.LEGAL),
        ("Mein Konto wurde gehackt, das ist sehr ärgerlich", Urgency.DATA_LEAK),
        ("Ich habe mehrmals angerufen und immer noch keine Antwort", Urgency.REPEATED_CONTACT),
        ("Mon avocat va porter plainte contre vous", Urgency.LEGAL),
        ("Ma fille est à l'hôpital, intoxication alimentaire", Urgency.SAFETY),
        ("Voy a poner una denuncia, mi abogado ya lo sabe", Urgency.LEGAL),
    ],
)
def test_urgency_needs_no_score(text: str, urgency: Urgency) -> None:
    answer = read(text)
    assert answer.label is Label.UNSCORED
    assert urgency in {flag.urgency for flag in answer.urgency}
    assert answer.intent is None


def test_each_kind_of_urgency_once() -> None:
    text = "My lawyer, your lawyer, the lawsuit, the court case"
    assert list(said(text)) == [Urgency.LEGAL]
