"""What runs beside the pages, with its progress; it can be left and comes back."""

from __future__ import annotations

import streamlit as st

from dashboard import markup
from dashboard.components import session
from dashboard.jobs import Job

EVERY = 1.0


def jobs() -> None:
    """Draw the jobs; look again every second for as long as one runs."""
    found = session.jobs().latest()
    if any(each.running for each in found):
        _watched()
    else:
        _draw(found)


@st.fragment(run_every=EVERY)
def _watched() -> None:
    found = session.jobs().latest()
    if not any(each.running for each in found):
        st.rerun()
    _draw(found)


def _draw(found: list[Job]) -> None:
    for job in found[:5]:
        with st.container(border=True):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.html(markup.line(f"{job.title}: {progress(job)}"))
                if not job.running:
                    st.button(
                        "Hide",
                        key=f"job-{id(job)}",
                        type="tertiary",
                        on_click=session.jobs().forget,
                        args=(job,),
                    )
            if job.running and not job.words:
                st.progress(_share(job))
            if job.refusals:
                _refused(job)


def progress(job: Job) -> str:
    """Say how far a job is, or how it ended."""
    if job.error is not None:
        return f"stopped: {job.error}"
    if job.words:
        return job.words
    done = job.saved
    words = f"{done.new:,} new, {done.changed:,} changed, {done.unchanged:,} unchanged"
    words += f", {done.refused:,} refused" if done.refused else ""
    if job.running:
        return f"{words}, {job.scored:,} scored …" if job.scored else f"{words} …"
    return f"done, {words}"


def _share(job: Job) -> float:
    if not job.expected:
        return 0.0
    stored = job.saved.new + job.saved.changed + job.saved.unchanged + job.saved.refused
    return min(1.0, (stored + job.scored) / (2 * job.expected))


def _refused(job: Job) -> None:
    box = st.expander(
        f"Rows that were not taken ({len(job.refusals):,})",
        key=f"refused-{id(job)}",
        on_change="rerun",
    )
    if box.open:
        rows = [{"line": each.line, "reason": each.reason} for each in job.refusals]
        box.dataframe(rows, hide_index=True, alt="Rows that were not taken, with the reason")
