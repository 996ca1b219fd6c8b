"""Nothing piles up in a process that runs for months."""

from __future__ import annotations

import subprocess
import sys

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import leftovers

PAGE = """
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from dashboard.components import frame

number = st.session_state.setdefault("number", 0)
st.session_state.number += 1
st.text_input("name", key="name")
st.plotly_chart({"data": [{"x": [number]}]}, key="chart", on_select="rerun")
frame.leave()
known = get_script_run_ctx().session_state._state._new_widget_state.widget_metadata
st.text(" ".join(known))
"""

HEAPS = """
import os, threading
from dashboard import leftovers
from dashboard.bench import server

leftovers.share_heaps()
many = []
# Pieces too big for Python's own allocator and too small for a mapping of their own.
thread = threading.Thread(target=lambda: many.extend(bytes(5_000) for _ in range(10_000)))
thread.start()
thread.join()
del many[:-1]
held = server.memory(os.getpid()).resident
leftovers.trim()
print(held, server.memory(os.getpid()).resident)
"""


def test_the_oldest_that_is_not_shown_is_forgotten() -> None:
    many = range(leftovers.WIDGETS_KEPT + 3)
    known: dict[str, object] = {"shown": 0} | {str(number): number for number in many}
    leftovers.forget(known, {"shown", "1"})
    assert list(known)[:4] == ["shown", "1", "3", "4"]
    assert len(known) == leftovers.WIDGETS_KEPT + 2
    leftovers.forget(known, ())
    assert "shown" not in known


def test_a_chart_whose_data_change_leaves_little_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(leftovers, "WIDGETS_KEPT", 2)
    page = AppTest.from_string(PAGE).run()
    for number in range(5):
        page.text_input(key="name").set_value(f"n{number}").run()
    known = page.text[0].value.split()
    assert sum("-chart" in each for each in known) == 3, known
    assert page.text_input(key="name").value == "n4"


def test_what_was_freed_goes_back() -> None:
    # In a process of its own: heaps are of the whole process.
    done = subprocess.run([sys.executable, "-c", HEAPS], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    held, left = map(float, done.stdout.split())
    assert held > left + 30 or sys.platform != "linux", done.stdout
