"""What a learned model reads, keeps and answers, and how it is kept."""

from __future__ import annotations

import io
import json
import pickle
from collections import Counter, defaultdict
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment import learned_files, learned_people, learned_teaching
from sentiment.learned import LABELS, Learned
from sentiment.learned_choice import Chosen, Promoted
from sentiment.learned_lessons import Tongues
from sentiment.learned_vocabulary import Vocabulary, pieces
from sentiment.learned_words import LINK, NAME, placed, read
from storage.errors import InputError
from storage.models import Brand, Label, Passage
from tests.lessons import ENGINE, sayings, study, taught

SHOP = Tongues("en", frozenset({"en", "ja"}))


@cache
def learned() -> Learned:
    return learned_teaching.teach(study(taught(sayings(500))), pieces=True, seed=1)


def chosen(*promoted: Promoted) -> Chosen:
    return Chosen(
        ENGINE, promoted or (Promoted("shop-1", "d", "shop", "en", 500, SHOP, learned()),)
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don’t  BUY it!!!!", ["don't", "buy", "it", "!!!"]),
        ("@acme see https://x.example/?a=b", [NAME, "see", LINK]),
        ("3 hours, 12:30, 1.234,50", ["0", "hours", ",", "00:00", ",", "0.000,00"]),
        ("Soooooo good :-)", ["sooo", "good", ":-)"]),
        ("Übermäßig &amp; teuer…", ["übermässig", "&", "teuer", "..."]),
        ("とても良い", ["と", "て", "も", "良", "い"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        ("", []),
        ("🎉", ["🎉"]),
        ("Not good\nThe bed", ["not", "good", "the", "bed", "^not", "^good"]),
        ("x" * 81 + "\ngood", ["xxx", "good"]),
    ],
)
def test_words_are_what_people_say(text: str, words: list[str]) -> None:
    assert read(text) == words


@given(st.text(max_size=80))
def test_words_are_placed_where_they_stand(text: str) -> None:
    places = placed(text)
    assert [word for word, _, _ in places] == read(text)[: len(places)]
    assert all(0 <= start < end <= len(text) for _, start, end in places)


def test_names_of_brands_are_not_learned() -> None:
    brands = (Brand("Acme", terms=("acme app",)),)
    assert read("The Acme app is not ACME", brands) == ["the", NAME, NAME, "is", "not", NAME]


@given(st.text())
def test_any_text_has_words_without_blanks(text: str) -> None:
    assert all(word and not any(letter.isspace() for letter in word) for word in read(text))


def test_a_long_text_takes_no_longer_than_it_is() -> None:
    assert len(read("a" * 1_000_000)) == 1
    assert len(read("!" * 1_000_000)) == 1


SAID = st.lists(
    st.tuples(
        st.lists(st.sampled_from(["ab", "cab", "dog", "z"]), max_size=6),
        st.sampled_from("uvwxyz") | st.just(""),
    ),
    max_size=30,
)


@given(SAID)
def test_only_what_five_people_wrote_is_kept(said: list[tuple[list[str], str]]) -> None:
    vocabulary = learned_people.learn(
        [words for words, _ in said], [author for _, author in said], with_pieces=True
    )
    people: defaultdict[object, set[object]] = defaultdict(set)
    for at, (words, author) in enumerate(said):
        for gram in [*words, *pairwise(words)]:
            people[gram].add(author or at)
        for word in words:
            for piece in pieces(word):
                people["piece", piece].add(author or at)
    kept = {gram for gram, by in people.items() if len(by) >= learned_people.AUTHORS}
    size = max(len(vocabulary.words), 1)
    found = {*vocabulary.words, *(("piece", piece) for piece in vocabulary.pieces)} | {
        (vocabulary.words[code // size], vocabulary.words[code % size]) for code in vocabulary.pairs
    }
    assert found == kept


@given(st.lists(st.lists(st.sampled_from(["a", "cab", "dog", "x"]), max_size=8), max_size=8))
def test_counts_are_those_of_a_person_who_counts(texts: list[list[str]]) -> None:
    vocabulary = Vocabulary(["a", "dog"], np.array([0, 1, 3]), [" a ", "dog", "og "])
    columns = {"a": 0, "dog": 1, ("a", "a"): 2, ("a", "dog"): 3, ("dog", "dog"): 4}
    columns |= {("piece", piece): 5 + at for at, piece in enumerate(vocabulary.pieces)}
    counts = vocabulary.counts(texts)
    assert counts.texts == len(texts)
    for at, words in enumerate(texts):
        grams: list[object] = [*words, *pairwise(words)]
        grams += [("piece", piece) for word in words for piece in pieces(word)]
        wanted = Counter(columns[gram] for gram in grams if gram in columns)
        here = slice(*counts.starts[at : at + 2])
        assert dict(zip(counts.columns[here], counts.counts[here], strict=True)) == wanted


def test_it_learns_what_the_engine_does_not_know() -> None:
    said = sayings(200, seed=9, doubt=0)
    told = chosen().analyse([Passage(text, "en", source="shop") for text, _ in said])
    right = sum(each.label is label for each, (_, label) in zip(told, said, strict=True))
    assert right > 190
    assert all(each.model and each.model.startswith("shop-1-") for each in told)
    assert all(-1 <= (each.score or 0) <= 1 and 1 / 3 <= each.confidence <= 1 for each in told)


def test_it_says_which_words_made_a_score() -> None:
    model = chosen()
    text = "my parcel, it SQUEAKS &amp; it purrs"
    (said,) = model.analyse([Passage(text, "en", source="shop")])
    assert said.model is not None
    told = {each.text: each for each in model.explain(Passage(text, "en"), said.model)}
    assert told["SQUEAKS"].value < 0 < told["purrs"].value
    assert all(text[each.start : each.end] == each.text for each in told.values())
    assert model.explain(Passage(text, "en"), "another-model") == ()
    assert model.explain(Passage("", "en"), said.model) == ()


def test_one_text_is_answered_as_among_many() -> None:
    passages = [Passage(text, "en", source="shop") for text, _ in sayings(50, seed=3)]
    model = chosen()
    assert model.analyse(passages) == [model.analyse([each])[0] for each in passages]


def test_stars_change_no_label() -> None:
    model = chosen()
    text = "the kettle, it squeaks since monday"
    answers = [
        model.analyse([Passage(text, "en", stars, source="shop")])[0] for stars in (None, 1.0, 5.0)
    ]
    assert len({(each.label, each.score, each.confidence) for each in answers}) == 1
    assert [each.disagrees for each in answers] == [False, False, True]


def test_unsure_is_not_neutral() -> None:
    model = chosen()
    neutral, unsure = model.analyse(
        [
            Passage("my parcel, it is the large one in blue", "en", source="shop"),
            Passage("it squeaks, it purrs, the hinge", "en", source="shop"),
        ]
    )
    assert neutral.label is Label.NEUTRAL
    assert not neutral.unsure
    assert unsure.confidence < neutral.confidence


def test_a_source_has_its_own_model_or_the_default() -> None:
    text = "the kettle, it squeaks since monday"
    asked = [Passage(text, "en", source=source) for source in ("shop", "forum", None)]
    own, other, unknown = chosen().analyse(asked)
    default = ENGINE.analyse([Passage(text, "en")])[0]
    assert own.label is unknown.label is Label.NEGATIVE
    assert other == default


def test_texts_of_no_known_source_get_the_model_of_most_lessons() -> None:
    few = Promoted("few-1", "d", "few", "en", 400, SHOP, learned())
    many = few._replace(name="many-1", source="many", lessons=900)
    german = few._replace(name="de-1", source="de", lang="de", lessons=2_000)
    model = chosen(few, many, german)
    told = model.analyse([Passage("the kettle, it squeaks since monday", "en")])[0]
    assert told.model == model.model_ids["many-1"]


def test_a_text_in_a_strange_language_stays_unscored() -> None:
    model = chosen()
    japanese, short, other = model.analyse(
        [
            Passage("とても良い商品でした", source="shop"),
            Passage("it squeaks", "da", source="shop"),
            Passage("Lampen kom efter tre uger og virker ikke", "da", source="shop"),
        ]
    )
    assert japanese.label is Label.UNSCORED
    assert other.label is Label.UNSCORED
    assert short.label is Label.NEGATIVE
    assert short.lang == "en"


def test_empty_and_odd_texts_are_answered() -> None:
    texts = ["", " ", "🎉", "?", "\ud800", "a" * 100_000, "مرحبا", "<b></b>", "@acme"]
    told = chosen().analyse([Passage(text, source="shop") for text in texts])
    assert len(told) == len(texts)
    assert all(each.label in (*LABELS, Label.UNSCORED) for each in told)


def test_its_id_names_all_that_an_answer_depends_on() -> None:
    first = chosen()
    others = [
        Chosen(ENGINE, tuple(each._replace(digest="e") for each in first.promoted)),
        Chosen(ENGINE, first.promoted, (Brand("Acme"),)),
        Chosen(replace(ENGINE, brands=(Brand("Acme"),)), first.promoted),
    ]
    assert len({each.model_ids["shop-1"] for each in (first, *others)}) == 4
    assert first.model_id == ENGINE.model_id


def test_an_analyser_can_be_sent_to_another_process() -> None:
    passages = [Passage(text, "en", source="shop") for text, _ in sayings(20, seed=5)]
    model = chosen()
    assert pickle.loads(pickle.dumps(model)).analyse(passages) == model.analyse(passages)


def test_a_model_is_kept_without_loss() -> None:
    about, arrays = learned_files.dump(learned())
    again = learned_files.load(about, arrays)
    assert learned_files.dump(again) == (about, arrays)
    words = [read(text) for text, _ in sayings(50, seed=4)]
    texts = [text for text, _ in sayings(50, seed=4)]
    said = ENGINE.analyse([Passage(text) for text in texts])
    assert again.judge(texts, words, said) == learned().judge(texts, words, said)


def _objects() -> bytes:
    file = io.BytesIO()
    np.savez(file, words=np.array([{"a": 1}], dtype=object))
    return file.getvalue()


def test_what_is_no_model_of_ours_is_refused() -> None:
    about, arrays = learned_files.dump(learned())
    other = json.dumps({**json.loads(about), "words": 0})
    cold = json.dumps({**json.loads(about), "temperature": "1"})
    for wrong in (
        (other, arrays),
        (cold, arrays),
        (about, arrays[:-40]),
        (about, b""),
        (about, _objects()),
        ("{", arrays),
        ("[]", arrays),
    ):
        with pytest.raises(InputError):
            learned_files.load(*wrong)
