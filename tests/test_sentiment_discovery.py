"""Discovery proposes what recurs beside the taxonomy; emergence keeps its limit of chance."""

from __future__ import annotations

from random import Random

import pytest

from sentiment import discovery, emergence, taxonomy
from sentiment.discovery import Said
from storage.models import Brand, Topic

PLANTED = (
    "The rooftop garden was closed again when we came.",
    "We had hoped to sit in the rooftop garden, it was locked.",
    "Lovely plants on the terrace, the rooftop garden made our evening.",
    "No sign told us that the terrace by the rooftop garden closes at six.",
)
OTHER = (
    "The breakfast was good and the coffee hot.",
    "Our room was clean, the bed soft.",
    "The waiter was rude and the bill was wrong.",
    "We came by train and walked to the door.",
    "Would come back, thank you for everything.",
)


def _texts(count: int = 200, planted: int = 24, seed: int = 3) -> list[Said]:
    random = Random(seed)
    said = [random.choice(OTHER) for _ in range(count)] + [
        f"{random.choice(PLANTED)} {random.choice(OTHER)}" for _ in range(planted)
    ]
    random.shuffle(said)
    return [Said(at, at % 60, f"author {at}", "en", text) for at, text in enumerate(said)]


def _found(texts: list[Said], topics: tuple[Topic, ...] = ()) -> list[discovery.Proposal]:
    chosen = topics or taxonomy.default_topics()
    return discovery.proposals(discovery.read(texts, chosen)["en"])


def test_a_planted_topic_is_proposed_with_name_size_and_examples() -> None:
    texts = _texts()
    (found,) = [each for each in _found(texts) if "rooftop garden" in each.terms]
    assert found.name == "Rooftop garden"
    assert (found.size, found.authors, len(found.examples)) == (24, 24, 3)
    held = {text.id for text in texts if "rooftop" in text.text or "terrace" in text.text}
    assert set(found.examples) <= held
    assert _found(texts) == _found(texts)


def test_what_has_a_topic_or_is_a_brand_is_not_proposed() -> None:
    garden = (
        *taxonomy.default_topics(),
        Topic("garden", "Garden", ("rooftop", "garden", "terrace")),
    )
    terms = {term for each in _found(_texts(), garden) for term in each.terms}
    assert not terms & {"rooftop garden", "garden", "terrace", "breakfast", "bed", "waiter"}
    corpus = discovery.read(_texts(), (), [Brand("Garden"), Brand("Terrace")])["en"]
    assert "terrace" not in {term for each in discovery.proposals(corpus) for term in each.terms}


def test_what_one_person_repeats_is_not_proposed() -> None:
    texts = [text._replace(author="one") if "rooftop" in text.text else text for text in _texts()]
    assert not [each for each in _found(texts) if "rooftop garden" in each.terms]


def test_few_texts_strange_ones_and_no_words_give_nothing() -> None:
    assert _found(_texts(20, 5)) == []
    odd = ["", "🙂", "!!!", "x" * 1_000_000, "\x00", "速い", "a b c d"]
    texts = [Said(at, 1, "", "xx", odd[at % len(odd)]) for at in range(140)]
    assert discovery.proposals(discovery.read(texts, ())["xx"]) == []


@pytest.mark.parametrize("lang", ["de", "fr", "es"])
def test_other_languages_have_their_articles(lang: str) -> None:
    planted = {
        "de": "Der Fahrradkeller war verschlossen.",
        "fr": "La trottinette était en panne chez eux.",
        "es": "La bicicleta estaba pinchada otra vez.",
    }[lang]
    texts = [Said(at, 1, f"a{at}", lang, planted if at % 8 == 0 else "…") for at in range(120)]
    (found, *_) = discovery.proposals(discovery.read(texts, ())[lang])
    assert found.terms[0] in planted.casefold()
    assert found.size == 15


def _weeks(random: Random, rate: float, varies: float) -> tuple[int, ...]:
    counts = []
    for _ in range(9):
        mean = rate * (random.gammavariate(1 / varies**2, varies**2) if varies else 1.0)
        counts.append(_poisson(random, mean))
    return tuple(counts)


def _poisson(random: Random, mean: float) -> int:
    count, gone = 0, random.expovariate(1.0)
    while gone < mean:
        count += 1
        gone += random.expovariate(1.0)
    return count


@pytest.mark.parametrize("varies", [0.0, 0.3])
def test_among_quiet_things_few_are_called_emerging_and_planted_rises_are_found(
    varies: float,
) -> None:
    random = Random(11)
    false = right = shown = 0
    for _ in range(30):
        series = [
            emergence.Series(f"quiet {at}", _weeks(random, random.lognormvariate(1.5, 1.0), varies))
            for at in range(80)
        ]
        for at in range(3):
            weeks = _weeks(random, 6.0, varies)
            series.append(emergence.Series(f"risen {at}", (*weeks[:-1], 5 * weeks[-1] + 15)))
        found = emergence.emerging(series, [1_000] * 9)
        shown += len(found)
        false += sum(each.key.startswith("quiet") for each in found)
        right += sum(each.key.startswith("risen") for each in found)
        assert all(each.low > 1 for each in found if each.p < 1e-3)
    assert false / shown <= emergence.LIMIT
    assert right >= 0.9 * 90


def test_benjamini_and_hochberg_s_own_example() -> None:
    # The fifteen p-values of their paper; at 0.05 the four smallest are kept.
    chances = [
        *(0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240),
        *(0.4262, 0.5719, 0.6528, 0.7590, 1.0000),
    ]
    assert emergence.chosen(chances, 0.05) == [0, 1, 2, 3]
    assert emergence.chosen([], 0.05) == []


def test_without_a_past_or_a_present_nothing_emerges() -> None:
    series = [emergence.Series("new", (0,) * 8 + (20,))]
    assert emergence.emerging(series, [0] * 8 + [100]) == []
    assert emergence.emerging(series, [100] * 8 + [0]) == []
    (found,) = emergence.emerging(series, [100] * 9)
    assert (found.now, found.before, found.ratio) == (20, 0, float("inf"))
    assert found.low > 1
