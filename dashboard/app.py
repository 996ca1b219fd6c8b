"""The entry of the pages, run by ``serve.py`` on every interaction."""

# ruff: noqa: E402
from __future__ import annotations

import sys
from pathlib import Path

# Streamlit puts this file's folder first, where our modules would shadow top-level names.
ROOT = str(Path(__file__).resolve().parents[1])
if sys.path[0] != ROOT:
    sys.path.insert(0, ROOT)

import streamlit as st

st.set_page_config(page_title="Earshot", page_icon="👂", layout="wide")
st.title("Earshot")
