"""Colours: the browser's file says the same, and every reader can tell them apart."""

from __future__ import annotations

import itertools
import tomllib
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from dashboard import theme
from storage.models import Label

ROOT = Path(__file__).resolve().parents[1]
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
MODES = {"light": theme.LIGHT, "dark": theme.DARK}
Vector = NDArray[np.float64]

# Machado, Oliveira, Fernandes 2009, severity 1.0, on linear RGB.
VISION: dict[str, Vector] = {
    "common": np.eye(3),
    "protan": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deutan": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritan": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
# Ottosson 2020: linear RGB to cone response, and its cube root to OKLab.
CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
OKLAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def linear(colour: str) -> Vector:
    value = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    weights = np.array([0.2126, 0.7152, 0.0722])
    low, high = sorted(float(linear(colour) @ weights) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def apart(one: str, other: str, vision: Vector) -> float:
    seen = [OKLAB @ np.cbrt(CONES @ np.clip(vision @ linear(c), 0, 1)) for c in (one, other)]
    return float(np.linalg.norm(seen[0] - seen[1]))


@pytest.mark.parametrize("mode", MODES)
def test_config_repeats_the_constants(mode: str) -> None:
    section, palette = CONFIG["theme"][mode], MODES[mode]
    assert section["backgroundColor"] == palette.background
    assert section["secondaryBackgroundColor"] == palette.panel
    assert section["textColor"] == palette.text
    assert section["primaryColor"] == palette.primary
    assert tuple(section["chartCategoricalColors"]) == palette.categories
    # With fewer than ten, figures silently fall back to Plotly's own colours.
    assert len(palette.categories) == 10


@pytest.mark.parametrize("mode", MODES)
def test_colours_stand_out_from_their_background(mode: str) -> None:
    palette = MODES[mode]
    for colour in (*palette.categories, *theme.LABELS.values(), theme.GAP):
        assert contrast(colour, palette.background) >= 3, colour
    assert contrast(palette.text, palette.background) >= 7
    assert contrast(palette.text, palette.panel) >= 7
    assert contrast(palette.primary, palette.background) >= 4.5


@pytest.mark.parametrize("vision", VISION)
def test_colours_are_told_apart_with_any_common_vision(vision: str) -> None:
    for palette in MODES.values():
        for one, other in itertools.combinations(palette.categories, 2):
            assert apart(one, other, VISION[vision]) >= 0.08, (one, other)
    assert set(theme.LABELS) == set(Label)
    for one, other in itertools.combinations(theme.LABELS.values(), 2):
        assert apart(one, other, VISION[vision]) >= 0.05, (one, other)


def test_server_keeps_to_itself() -> None:
    assert CONFIG["server"]["address"] == "127.0.0.1"
    assert CONFIG["server"]["fileWatcherType"] == "none"
    assert CONFIG["server"]["maxUploadSize"] < 200
    assert CONFIG["browser"]["gatherUsageStats"] is False
    assert CONFIG["client"]["showErrorDetails"] == "none"
    assert CONFIG["runner"]["postScriptGC"] is False
