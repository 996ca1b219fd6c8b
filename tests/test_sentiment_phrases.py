"""Lists of phrases are found word by word, whatever case, accents and endings."""

from __future__ import annotations

import time

import pytest

from sentiment.phrases import Phrases, fold
from sentiment.taxonomy import LANGUAGES, default_topics

LIST = Phrases(
    [
        ("deliver*", "delivery"),
        ("late deliver*", "delay"),
        ("battery life", "battery"),
        ("battery", "power"),
        ("doesn't work", "bug"),
        ("Sécurité", "security"),
        ("AT&T", "brand"),
        ("配送", "delivery"),
        ("größe*", "size"),
        ("  ", "nothing"),
        ("!!", "nothing"),
    ]
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Delivery DELIVERED redeliver", [("Delivery", "delivery"), ("DELIVERED", "delivery")]),
        ("late  deliveries", [("late  deliveries", "delay")]),
        ("late. Deliveries", [("Deliveries", "delivery")]),
        ("battery-life, battery. Life", [("battery-life", "battery"), ("battery", "power")]),
        ("it Doesn't work", [("Doesn't work", "bug")]),
        ("securite sécurité", [("securite", "security"), ("sécurité", "security")]),
        ("AT&T at t-mobile AT & T", [("AT&T", "brand"), ("AT & T", "brand")]),
        ("この配送は遅い battery", [("配送", "delivery"), ("battery", "power")]),
        ("GRÖSSENTABELLE", [("GRÖSSENTABELLE", "size")]),
        ("", []),
    ],
)
def test_what_is_found(text: str, found: list[tuple[str, str]]) -> None:
    assert [(text[hit.start : hit.end], hit.key) for hit in LIST.find(text)] == found


def test_long_words_and_texts_take_linear_time() -> None:
    start = time.process_time()
    LIST.find("deliver" * 30_000)
    LIST.find("battery " * 30_000)
    LIST.find(" ".join(f"w{k}" for k in range(60_000)))
    assert time.process_time() - start < 2


def test_default_topics_are_well_formed() -> None:
    topics = default_topics()
    terms = [term for topic in topics for term in topic.terms]
    assert len({topic.key for topic in topics}) == len(topics) >= 20
    assert all(topic.key.isidentifier() and topic.name for topic in topics)
    folded = [fold(term) for term in terms]
    assert len(set(folded)) >= len(folded) * 0.97, "a term must not stand for two topics"
    assert LANGUAGES == ("en", "de", "fr", "es")


TOPICS = Phrases((term, topic.key) for topic in default_topics() for term in topic.terms)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("The parcel never arrived and I want my money back", {"delivery", "refund"}),
        ("App crashes at login since the last update", {"stability", "account", "features"}),
        (
            "Das Paket kam zu spät, der Kundenservice antwortet nicht",
            {"delivery", "delay", "service"},
        ),
        ("Chambre très sale, personnel très aimable", {"room", "cleanliness", "staff"}),
        (
            "La habitación estaba limpia pero el desayuno caro",
            {"room", "cleanliness", "food", "price"},
        ),
        ("They cancelled our flight and lost the suitcase", {"cancellation", "baggage"}),
        ("Breakfast was cold, the bathroom smelled", {"food", "room", "cleanliness"}),
        ("Nothing of note here", set()),
    ],
)
def test_default_topics_in_four_languages(text: str, keys: set[str]) -> None:
    assert {hit.key for hit in TOPICS.find(text)} == keys
