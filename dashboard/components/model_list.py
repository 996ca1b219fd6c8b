"""Learned models: what counts where, how it was examined, training, promoting, rolling back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from dashboard import data, markup, model_figures, promotions, training_job
from dashboard.commands import learning_shown
from dashboard.components import charts, job_list, notices, session, steering
from dashboard.data import At
from dashboard.jobs import Job
from storage.models import Saved
from storage.models_store import LearnedModel
from storage.people import Person

TRAINING = "Learning"
_SHOWN = 12


def models(at: At) -> None:
    """Draw all about models, with what a lead may do."""
    leader = steering.leader()
    _train(leader)
    _counting(at, leader)
    _examined(at)
    _kept(at, leader)
    _history(at)


def _train(leader: Person | None) -> None:
    with st.container(border=True):
        st.markdown("**Learn from your own stars and labels**")
        st.caption(
            "Every text with stars or a person's label teaches; each source and language is "
            "examined on its own later texts. A model counts from then on only where it is better "
            "than what counts now by more than chance. What was scored keeps its score."
        )
        if session.workspace().is_sample:
            st.info("The sample company's texts are made up: there is nothing to learn from them.")
        elif leader is not None:
            running = any(job.running for job in session.jobs().latest() if job.title == TRAINING)
            st.button(
                "Train now", key="models.train", disabled=running, on_click=_start, args=(leader,)
            )
    job_list.jobs()


def _start(leader: Person) -> None:
    space, config = session.workspace(), Path(session.config_path())

    def work(job: Job) -> Saved:
        job.say("starting …")
        rows = training_job.train(space.db.path, config, leader.name, job.say)
        better = sum(bool(row["promoted"]) for row in rows)
        job.say(f"done: {len(rows)} sources and languages looked at, {better} with a better model")
        return Saved()

    with notices.explained():
        session.jobs().start_apart(Job(TRAINING, space.now()), work)


def _counting(at: At, leader: Person | None) -> None:
    counting = data.counting(at)
    with st.container(border=True):
        st.markdown("**What counts now**")
        if not counting:
            st.caption("The default model, everywhere.")
        for (source, lang), name in sorted(counting.items()):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.html(markup.line(f"{source}, {lang}: {name}"), width="stretch")
                if leader is not None:
                    key = f"back-{source}-{lang}"
                    args = (source, lang, leader)
                    st.button("Roll back", key=key, type="tertiary", on_click=_back, args=args)
        if counting:
            st.caption("The default model everywhere else.")


def _back(source: str, lang: str, leader: Person) -> None:
    space = session.workspace()
    with notices.explained():
        promotions.roll_back(space.db, source, lang, leader, space.now())


def _examined(at: At) -> None:
    run = data.last_run(at)
    if run is None:
        notices.empty(
            "Nothing was learned yet", "After the first training its examination is here."
        )
        return
    st.markdown(f"**How the last training went**, {markup.ago(run.ended_at, at.now)}")
    for number, row in enumerate(run.report):
        if isinstance(row, dict):
            _examination(number, row)


def _examination(number: int, row: dict[str, Any]) -> None:
    with st.container(border=True):
        st.html(markup.line(_title(row)))
        if not row["figures"]:
            return
        left, right = st.columns([3, 2], gap="medium")
        left.dataframe(
            model_figures.rows(row["figures"]),
            hide_index=True,
            column_config=_COLUMNS,
            alt="Figures of each model on texts that it had not seen",
        )
        figure = model_figures.coverage(row["figures"])
        if figure is not None:
            with right:
                alt = "Accuracy on the surest share of the texts, by model"
                charts.chart(figure, key=f"coverage-{number}", alt=alt, narrow=lambda mark: None)


_COLUMNS = {
    **dict.fromkeys(
        ("accuracy", "macro-F1", "calibr. error"), st.column_config.NumberColumn(format="%.3f")
    ),
    "told surely": st.column_config.NumberColumn(format="percent"),
}


def _title(row: dict[str, Any]) -> str:
    labels = ", ".join(f"{n:,} by {learning_shown.by(who)}" for who, n in row["labels"].items())
    title = f"{row['source']}, {row['lang']}: {row['n']:,} texts ({labels})"
    if row["held_out"]:
        title += f"; examined on the later {row['held_out']:,}"
    why = str(row["why"])
    return f"{title}. {why[:1].upper()}{why[1:]}."


def _kept(at: At, leader: Person | None) -> None:
    found = [each for each in data.models(at) if each.size is not None]
    if not found:
        return
    counting = set(data.counting(at).items())
    with st.container(border=True):
        st.markdown("**Kept models**")
        for model in found[:_SHOWN]:
            with st.container(horizontal=True, vertical_alignment="center"):
                made = markup.when(model.made_at, at.zone)
                words = f"{model.name}: {model.lessons:,} texts, made {made}"
                st.html(markup.line(words), width="stretch")
                if leader is not None:
                    _promotable(model, counting, leader)


def _promotable(
    model: LearnedModel, counting: set[tuple[tuple[str, str], str]], leader: Person
) -> None:
    for source in sorted(model.sources):
        if ((source, model.lang), model.name) in counting:
            continue
        key = f"let-{model.id}-{source}"
        box = st.popover("Let it count", key=key, type="tertiary", on_change="rerun")
        if box.open:
            with box:
                st.html(markup.line(f"For {source}, {model.lang}, from now on; old scores stay."))
                st.checkbox("Also if it was not found to be better there", key=f"{key}-anyway")
                args = (model.name, source, leader, f"{key}-anyway")
                st.button("Promote", key=f"{key}-do", on_click=_promote, args=args)


def _promote(name: str, source: str, leader: Person, box: str) -> None:
    space = session.workspace()
    with notices.explained():
        anyway = bool(st.session_state.get(box))
        promotions.promote(space.db, name, source, leader, space.now(), anyway=anyway)


def _history(at: At) -> None:
    events = data.model_history(at)
    if not events:
        return
    box = st.expander(f"Promotions ({len(events)})", key="models.history", on_change="rerun")
    if box.open:
        for event in reversed(events[-100:]):
            row = {**event._asdict(), "at": event.at.isoformat()}
            box.html(markup.line(learning_shown.event(row)))
