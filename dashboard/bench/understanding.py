"""What texts say, before and after training: against VADER alone and the most frequent class.

Figures on annotated texts are of rows that nobody looked at while the model was made;
figures on templates are of our own, half of them looked at (see ``templates.py``).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from dashboard.bench import datasets, learning, templates
from dashboard.bench.table import Figure, Goal, Section
from dashboard.bench.templates import Read
from sentiment import analyser
from storage.models import Analysis, Label, Passage

BINS = 10
OURS, VADER, MAJORITY = "", ": VADER alone", ": most frequent class"
SIDES = (Label.NEGATIVE, Label.NEUTRAL, Label.POSITIVE)


def section(place: Path = datasets.PLACE, *, training: bool = True) -> Section:
    """Measure the default model and learned ones; without annotated texts templates alone."""
    figures = [*_behaviour(), *_purposes()]
    if place.is_dir():
        learned = learning.learned(place) if training else []
        figures = [*_annotated(place), *learned, *figures]
    return Section(
        "understanding",
        "The default model before any training, and where it says *learned*, models made of the"
        " other half of the texts as `earshot train` makes them; labels by vaderSentiment's"
        " documented thresholds for VADER, of the raw text.",
        tuple(figures),
    )


def _model(model: analyser.Lexicon | analyser.Vader) -> Read:
    def read(texts: Sequence[str]) -> list[Analysis]:
        return model.analyse([Passage(text) for text in texts])

    return read


def _annotated(place: Path) -> list[Figure]:
    posts, reviews = datasets.posts(place), datasets.reviews(place)
    ours = _model(analyser.best())
    said = {"airline posts": ours([p.text for p in posts])}
    said["hotel reviews"] = ours([r.text for r in reviews])
    return [
        *_labels("airline posts", posts, said["airline posts"], (0.68, 0.60)),
        *_labels("hotel reviews", reviews, said["hotel reviews"], (None, 0.64)),
        *_sureness("airline posts", posts, said["airline posts"]),
        *_sureness("hotel reviews", reviews, said["hotel reviews"]),
        *_targets(place),
        _foreign(place, ours),
    ]


def _labels(
    name: str,
    items: Sequence[datasets.Item],
    said: Sequence[Analysis],
    goals: tuple[float | None, float],
) -> list[Figure]:
    """Return accuracy and macro-F1 of the model and its baselines."""
    truth = [item.label for item in items]
    alone = _model(analyser.Vader())([item.text for item in items])
    usual = Counter(truth).most_common(1)[0][0]
    answers = {
        OURS: [answer.label for answer in said],
        VADER: [answer.label for answer in alone],
        MAJORITY: [usual] * len(truth),
    }
    measures: list[tuple[str, Callable[..., float], float | None]] = [
        ("accuracy", accuracy, goals[0]),
        ("macro-F1", macro_f1, goals[1]),
    ]
    return [
        Figure(
            f"{name}, {measure}{who}",
            compute(truth, labels),
            "",
            goal=Goal(goal, least=True) if goal and who == OURS else None,
            note=f"{len(truth)} texts" if who == OURS else "",
        )
        for measure, compute, goal in measures
        for who, labels in answers.items()
    ]


def _sureness(name: str, items: Sequence[datasets.Item], said: Sequence[Analysis]) -> list[Figure]:
    """Return how truthful confidence is, and how many texts are told with it."""
    right = [answer.label is item.label for answer, item in zip(said, items, strict=True)]
    sure = [r for answer, r in zip(said, right, strict=True) if not answer.unsure]
    error = calibration_error([answer.confidence for answer in said], right)
    return [
        Figure(f"{name}, expected calibration error", error, ""),
        Figure(f"{name}, share told surely", len(sure) / len(right), ""),
        Figure(f"{name}, accuracy where sure", sum(sure) / len(sure), ""),
    ]


def _targets(place: Path) -> list[Figure]:
    asked = datasets.sentences(place)
    truth = [label for each in asked for label in each.labels]
    passages = [Passage(each.text, "en", None, each.targets) for each in asked]
    answers = {
        who: [target.label for answer in model.analyse(passages) for target in answer.targets]
        for who, model in ((OURS, analyser.best()), (VADER, analyser.Vader()))
    }
    answers[MAJORITY] = [Counter(truth).most_common(1)[0][0]] * len(truth)
    return [
        Figure(
            f"targets in sentences, accuracy{who}",
            accuracy(truth, labels),
            "",
            goal=Goal(0.65, least=True) if who == OURS else None,
            note=f"{len(truth)} targets" if who == OURS else "",
        )
        for who, labels in answers.items()
    ]


def _foreign(place: Path, read: Read) -> Figure:
    texts = datasets.foreign(place)
    neutral = sum(answer.label is Label.NEUTRAL for answer in read(texts))
    return Figure(
        "other languages, called neutral",
        neutral / len(texts),
        "",
        goal=Goal(0.05),
        note=f"{len(texts)} reviews",
    )


def _behaviour() -> list[Figure]:
    ours = _model(analyser.best(templates.rivals()))
    found = templates.failures(ours, templates.behaviour())
    unseen = [each for each in found if not each.template.looked_at]
    identity = [each for each in found if each.template.group == "identity"]
    alone = templates.failures(_model(analyser.Vader()), templates.behaviour())
    mean = templates.mean_failure
    note = f"{len(found)} templates"
    return [
        Figure("behaviour, mean failure", mean(found), "", goal=Goal(0.08), note=note),
        Figure("behaviour, mean failure of those not looked at", mean(unseen), ""),
        Figure(f"behaviour, mean failure{VADER}", mean(alone), ""),
        Figure("identity words, failure", mean(identity), "", goal=Goal(0.0)),
    ]


def _purposes() -> list[Figure]:
    read = _model(analyser.best(templates.rivals()))
    figures = []
    for part in ("intent", "urgency"):
        for kind, hits in templates.told(read, part).items():
            if kind != templates.NONE:
                figures += [
                    Figure(f"{part} {kind}, precision", hits.precision, ""),
                    Figure(f"{part} {kind}, recall", hits.recall, ""),
                ]
    return figures


def accuracy(truth: Sequence[Label], told: Sequence[Label]) -> float:
    """Return the share of right labels."""
    return sum(a is b for a, b in zip(truth, told, strict=True)) / len(truth)


def macro_f1(truth: Sequence[Label], told: Sequence[Label]) -> float:
    """Return the mean F1 of the three labels; an unscored text is a miss."""
    scores = []
    for side in SIDES:
        both = sum(a is b is side for a, b in zip(truth, told, strict=True))
        scores.append(2 * both / max(truth.count(side) + told.count(side), 1))
    return sum(scores) / len(scores)


def calibration_error(confidence: Sequence[float], right: Sequence[bool]) -> float:
    """Return how far confidence and accuracy are apart, in ten bins, weighted by size."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for each, hit in zip(confidence, right, strict=True):
        bins[min(int(each * BINS), BINS - 1)].append((each, hit))
    gaps = (abs(sum(c for c, _ in group) - sum(h for _, h in group)) for group in bins)
    return sum(gaps) / len(right)
