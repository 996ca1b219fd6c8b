"""Fits the weights of a model: logistic regression on n-grams and the engine's features.

Each n-gram's column is scaled by how much more one label has it than the others (its
log-count ratio), which taught more than plain counts on every set tried. scikit-learn and
scipy are loaded here and nowhere else; what comes out is numpy arrays.
"""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Any

import numpy as np

from sentiment.learned import LABELS, Weights, calibrated
from sentiment.learned_features import AT_ONCE, Weighted
from sentiment.learned_figures import figures
from sentiment.learned_vocabulary import Floats, Ints, Small

STRENGTH = 1.0
"""Inverse regularisation; between 0.5 and 10 nothing changed by more than 0.01."""
FLOOR = 0.3
"""What an n-gram that all labels share equally still counts."""
LEAN = 0.25
LEANS = (0.2, 0.3, 0.4, 0.5, 0.6)
ENOUGH_TO_LEAN = 1_000
STEPS = 50
ABSENT = -30.0


def ratios(ngrams: Weighted, sides: Ints, size: int) -> Floats:
    """Return the scale of each column: its largest log-count ratio of a label to the rest."""
    inside = np.zeros(len(LABELS) * size, np.int64)
    of = np.repeat(sides.astype(np.int8), np.diff(ngrams.starts))
    for start in range(0, len(of), AT_ONCE):
        here = slice(start, start + AT_ONCE)
        inside += np.bincount(
            of[here] * np.int64(size) + ngrams.columns[here], minlength=len(inside)
        )
    seen = inside.reshape(len(LABELS), size)
    n = np.bincount(sides, minlength=len(LABELS))[:, None]
    share = (seen + 1) / (n + 1)
    rest = (seen.sum(axis=0) - seen + 1) / (len(sides) - n + 1)
    best: Floats = np.abs(np.log(share / rest)).max(axis=0)
    return best + FLOOR


def fit(ngrams: Weighted, engine: Floats, sides: Ints, rare: Small, seed: int) -> Weights:
    """Return weights without calibration."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    size = len(rare)
    scale = ratios(ngrams, sides, size)
    model = LogisticRegression(
        C=STRENGTH, class_weight="balanced", tol=1e-3, max_iter=STEPS, random_state=seed
    )
    # Its many small steps take three times as long when threads wait for each other. The
    # last steps change no answer: that they were not all taken is no reason to complain.
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(_matrix(ngrams, engine, scale), sides)
    coefficients, bias = _three_sided(model)
    prior = np.bincount(sides, minlength=len(LABELS)) + 1.0
    return Weights(
        rare=rare,
        ngrams=(coefficients[:size] * scale[:, None]).astype(np.float32),
        engine=coefficients[size:],
        bias=bias,
        temperature=1.0,
        shift=np.zeros(len(LABELS)),
        prior=prior / prior.sum(),
        lean=LEAN,
    )


def _matrix(ngrams: Weighted, engine: Floats, scale: Floats) -> Any:
    """Return the sparse matrix of all features, written once: it is the largest thing here."""
    from scipy import sparse

    more, wide = len(scale), engine.shape[1]
    columns = np.empty(len(ngrams.columns) + engine.size, np.int32)
    values = np.empty(len(columns), np.float32)
    for row in range(ngrams.texts):
        start, end = ngrams.starts[row : row + 2]
        at = start + row * wide
        columns[at : at + end - start] = ngrams.columns[start:end]
        values[at : at + end - start] = ngrams.values[start:end]
    scaled = np.append(scale, np.ones(wide)).astype(np.float32)
    at = ngrams.starts[1:, None] + np.arange(ngrams.texts)[:, None] * wide + np.arange(wide)
    columns[at] = more + np.arange(wide)
    values[at] = engine
    values *= scaled[columns]
    starts = ngrams.starts + np.arange(ngrams.texts + 1) * wide
    return sparse.csr_matrix((values, columns, starts), (ngrams.texts, more + wide))


def _three_sided(model: Any) -> tuple[Floats, Floats]:
    """Return coefficients and bias for all labels, also where only two were seen."""
    coef = np.asarray(model.coef_, np.float64)
    intercept = np.asarray(model.intercept_, np.float64)
    if len(coef) == 1:
        coef, intercept = np.vstack([-coef, coef]) / 2, np.concatenate([-intercept, intercept]) / 2
    coefficients = np.zeros((coef.shape[1], len(LABELS)))
    bias = np.full(len(LABELS), ABSENT)
    coefficients[:, model.classes_] = coef.T
    bias[model.classes_] = intercept
    return coefficients, bias


def calibration(raw: Floats, sides: Ints) -> tuple[float, Floats]:
    """Return temperature and shift that make raw values probabilities on these texts.

    Maximum likelihood with a weak pull towards 1 and 0: four numbers from some dozens of
    texts must not run away.
    """
    from scipy.optimize import minimize
    from threadpoolctl import threadpool_limits

    truth = np.eye(len(LABELS))[sides]

    def loss(given: Floats) -> tuple[float, Floats]:
        cool, shift = np.exp(-given[0]), given[1:]
        likely = calibrated(raw, 1 / cool, shift)
        off = likely - truth
        slope = np.concatenate([[-(off * raw).sum() * cool], off.sum(axis=0)])
        told = np.log(np.maximum(likely[np.arange(len(sides)), sides], 1e-12)).sum()
        return float(-told + given @ given), slope + 2 * given

    with threadpool_limits(1):
        best = minimize(loss, np.zeros(1 + len(LABELS)), jac=True, method="L-BFGS-B").x
    return float(np.exp(best[0])), best[1:]


def calibrate(weights: Weights, values: Floats, sides: Ints) -> Weights:
    """Return weights that tell probabilities, from the values of texts they were not fitted to.

    How much rarer labels are preferred is found here too: neutral is a tenth of all
    reviews, and would else hardly ever be told.
    """
    temperature, shift = calibration(values, sides)
    found = replace(weights, temperature=temperature, shift=shift)
    if len(sides) < ENOUGH_TO_LEAN:
        return found
    likely = found.likely(values)

    def worth(lean: float) -> float:
        told = figures(sides, replace(found, lean=lean).chosen(likely))
        return told.macro_f1 + told.accuracy / 4

    return replace(found, lean=max(LEANS, key=worth))


def calibrated_like(weights: Weights, before: Weights) -> Weights:
    """Return weights with the calibration of others, made in the same way of other texts."""
    return replace(weights, temperature=before.temperature, shift=before.shift, lean=before.lean)
