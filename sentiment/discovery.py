"""Finds what people speak of and the taxonomy has no topic for, and proposes it as topics.

A proposal is a set of words and phrases that recur in sentences without a known term, that
behave like nouns (they follow articles), and that stand together more often than chance
(normalised pointwise mutual information: Bouma, "Normalized (Pointwise) Mutual Information
in Collocation Extraction", 2009). Its size is how many texts hold one of its terms, so that
an accepted proposal counts what it promised. Pure and deterministic; reads texts once.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from math import log
from typing import NamedTuple, TypeAlias

from sentiment import grammar
from sentiment.lexicon import lexicon
from sentiment.phrases import Phrases
from storage.models import Brand, Topic

VERSION = 1
FEWEST = 8
"""Texts, of FEWEST_AUTHORS different authors, that make a proposal."""
FEWEST_AUTHORS = 5
LEAST_SHARE = 0.003
COMMON = 0.15
"""Share of a language's texts from which on a word names nothing in particular."""
NOUNLIKE = 0.25
"""Share of a word's occurrences behind an article from which on it is taken for a noun."""
TOGETHER = 0.28
CANDIDATES = 400
MOST_TERMS = 8
MOST_PROPOSALS = 60
FEWEST_TEXTS = 60
"""Texts of a language below which nothing is proposed in it."""
EXAMPLES = 3
LONGEST = 3_000

Term: TypeAlias = tuple[str, ...]

_SENTENCE = re.compile(r"[.!?…\n]+")
_CLAUSE = re.compile(r"[,;:()\"“”]+|\s[-–—]+\s")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_NOISE = re.compile(r"https?://\S+|www\.\S+|[@#]\w+")
_PLURAL = ("en", "es", "fr")


class Said(NamedTuple):
    """A text with who said it when; ``day`` counts days."""

    id: int
    day: int
    author: str
    lang: str
    text: str


class Proposal(NamedTuple):
    """Something spoken of that has no topic: ``size`` texts of ``authors`` people."""

    name: str
    terms: tuple[str, ...]
    lang: str
    size: int
    authors: int
    examples: tuple[int, ...]


class Sentence(NamedTuple):
    """The content words and pairs of a sentence; ``open`` ones stand beside no known term."""

    said: set[Term]
    open: set[Term]


class Corpus:
    """Texts of one language as content words and pairs, read once."""

    def __init__(self, lang: str, topics: Sequence[Topic], brands: Sequence[Brand] = ()) -> None:
        self.lang = lang
        self.texts: list[Said] = []
        self.sentences: list[tuple[int, set[Term]]] = []
        self.terms: list[set[Term]] = []
        self.surface: defaultdict[Term, Counter[str]] = defaultdict(Counter)
        self._articles, self._empty = common(lang)
        names = [each for brand in brands for each in (brand.name, *brand.terms)]
        known = [(term, topic.key) for topic in topics for term in topic.terms]
        self._known = Phrases([*known, *((name, "") for name in names if name.strip())])
        self._seen: Counter[str] = Counter()
        self._behind: Counter[str] = Counter()

    def add(self, text: Said) -> None:
        """Read one more text."""
        number = len(self.texts)
        self.texts.append(text)
        everything: set[Term] = set()
        for sentence in _SENTENCE.split(_NOISE.sub(" ", text.text[:LONGEST]).casefold()):
            found: set[Term] = set()
            for clause in _CLAUSE.split(sentence):
                terms = self._read(clause)
                everything |= terms
                if terms and not self._known.find(clause):
                    found |= terms
            if found:
                self.sentences.append((number, found))
        self.terms.append(everything)

    def nounlike(self, term: Term) -> bool:
        """Say whether a term's last word mostly stands where nouns do."""
        head = term[-1]
        return self._behind[head] >= NOUNLIKE * self._seen[head]

    def _read(self, clause: str) -> set[Term]:
        found: set[Term] = set()
        before: str | None = None
        behind = False
        for word in _WORD.findall(clause):
            if word in self._articles:
                before, behind = None, True
                continue
            if len(word) < 3 or word in self._empty:
                before, behind = None, False
                continue
            stem = _stem(word, self.lang)
            self._seen[stem] += 1
            self._behind[stem] += behind
            found.add((stem,))
            self.surface[stem,][word] += 1
            if before is not None:
                pair = (_stem(before, self.lang), stem)
                found.add(pair)
                self.surface[pair][f"{before} {word}"] += 1
            before = word
        return found


def read(
    texts: Iterable[Said], topics: Sequence[Topic], brands: Sequence[Brand] = ()
) -> dict[str, Corpus]:
    """Read texts into one corpus per language."""
    found: dict[str, Corpus] = {}
    for text in texts:
        corpus = found.get(text.lang)
        if corpus is None:
            corpus = found[text.lang] = Corpus(text.lang, topics, brands)
        corpus.add(text)
    return found


def proposals(corpus: Corpus) -> list[Proposal]:
    """Return what a language's texts speak of beside the taxonomy, the biggest first."""
    if len(corpus.texts) < FEWEST_TEXTS:
        return []
    holders = _holders(corpus)
    least = max(FEWEST, round(LEAST_SHARE * len(corpus.texts)))
    chosen = _candidates(corpus, holders, least)
    together = _together(corpus, chosen)
    found: list[Proposal] = []
    taken: set[Term] = set()
    for seed in chosen:
        if seed in taken:
            continue
        group = _group(seed, [each for each in chosen if each not in taken], together)
        taken.update(group)
        proposal = _proposal(corpus, group, holders)
        if proposal.size >= least and proposal.authors >= FEWEST_AUTHORS:
            found.append(proposal)
    found.sort(key=lambda each: (-each.size, each.name))
    return found[:MOST_PROPOSALS]


def people(texts: Iterable[Said]) -> int:
    """Return how many people said texts; unknown authors are all different."""
    names = [each.author for each in texts]
    return len({name for name in names if name}) + sum(not name for name in names)


def label(corpus: Corpus, term: Term) -> str:
    """Return a term as people mostly write it."""
    (written, _), *_ = sorted(corpus.surface[term].items(), key=lambda each: (-each[1], each[0]))
    return written


@cache
def common(lang: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return a language's articles and its words that name no topic."""
    raw = tomllib.loads((files("sentiment") / "common_words.toml").read_text(encoding="utf-8"))
    lists = raw.get(lang, {"articles": "", "words": ""})
    empty = set(lists["words"].split())
    if lang == "en":
        judged = (word for word, value in lexicon().words.items() if value)
        empty |= set(grammar.FLAGS) | set(grammar.STEPS) | set(judged)
    return frozenset(lists["articles"].split()), frozenset(empty)


def _stem(word: str, lang: str) -> str:
    if lang in _PLURAL and len(word) > 4 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


def _holders(corpus: Corpus) -> dict[Term, set[int]]:
    """Return the texts in which a term stands beside no known one."""
    found: defaultdict[Term, set[int]] = defaultdict(set)
    for number, terms in corpus.sentences:
        for term in terms:
            found[term].add(number)
    return found


def _candidates(corpus: Corpus, holders: dict[Term, set[int]], least: int) -> list[Term]:
    """Return terms that may name a topic, the most frequent first; a pair goes before its words.

    A word that mostly stands in one pair is represented by it.
    """
    most = COMMON * len(corpus.texts)
    kept = {
        term: len(texts)
        for term, texts in holders.items()
        if FEWEST_AUTHORS <= len(texts) <= most
        and len(texts) >= (least if len(term) == 1 else max(FEWEST_AUTHORS, least // 2))
        and corpus.nounlike(term)
    }
    covered = {
        (word,)
        for term, count in kept.items()
        if len(term) == 2
        for word in term
        if count >= 0.6 * len(holders.get((word,), ()))
    }
    order = sorted(
        (term for term in kept if term not in covered), key=lambda term: (-kept[term], term)
    )
    return order[:CANDIDATES]


def _together(corpus: Corpus, chosen: Sequence[Term]) -> Callable[[Term, Term], float]:
    """Return how much more often than chance two terms share a sentence (−1 … 1)."""
    wanted, count = set(chosen), len(corpus.sentences)
    single: Counter[Term] = Counter()
    both: Counter[tuple[Term, Term]] = Counter()
    for _, terms in corpus.sentences:
        here = sorted(terms & wanted)
        single.update(here)
        both.update((a, b) for at, a in enumerate(here) for b in here[at + 1 :])

    def npmi(a: Term, b: Term) -> float:
        n = both[(a, b) if a < b else (b, a)]
        if n < 3:
            return -1.0
        joint = n / count
        return log(joint * count * count / (single[a] * single[b])) / -log(joint)

    return npmi


def _group(
    seed: Term, others: Sequence[Term], together: Callable[[Term, Term], float]
) -> list[Term]:
    """Return a seed with the terms that go with it: of the same words, or in its sentences."""
    same = [each for each in others if each != seed and set(each) & set(seed)]
    near = [(together(seed, each), each) for each in others if each != seed and each not in same]
    near = sorted(((s, t) for s, t in near if s >= TOGETHER), key=lambda each: (-each[0], each[1]))
    return [seed, *same, *(term for _, term in near)][:MOST_TERMS]


def _proposal(corpus: Corpus, group: Sequence[Term], holders: dict[Term, set[int]]) -> Proposal:
    texts = sorted(set().union(*(holders[term] for term in group)))
    said = [corpus.texts[number] for number in texts]
    best = sorted(said, key=lambda each: (-_held(corpus, each, group), -each.day, each.id))
    name = label(corpus, group[0])
    return Proposal(
        name[:1].upper() + name[1:],
        tuple(_written(corpus, group)),
        corpus.lang,
        len(texts),
        people(said),
        tuple(each.id for each in _by_different(best)),
    )


def _held(corpus: Corpus, text: Said, group: Sequence[Term]) -> int:
    folded = text.text.casefold()
    return sum(label(corpus, term) in folded for term in group)


def _by_different(texts: Iterable[Said]) -> Iterator[Said]:
    """Yield a few texts, each of somebody else."""
    authors: set[str] = set()
    for text in texts:
        if not text.author or text.author not in authors:
            authors.add(text.author)
            yield text
            if len(authors) == EXAMPLES:
                return


def _written(corpus: Corpus, group: Sequence[Term]) -> list[str]:
    """Return every way in which the group's terms are written more than once."""
    found: dict[str, None] = {}
    for term in group:
        ways = sorted(corpus.surface[term].items(), key=lambda each: (-each[1], each[0]))
        for written, count in ways[:3]:
            if count > 1:
                found[written] = None
    return [*found]
