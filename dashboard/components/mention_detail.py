"""One mention in full: text with evidence, versions, scores by model, replies, its label."""

from __future__ import annotations

import streamlit as st

from dashboard import data, markup, reasons
from dashboard.components import frame, links, notices, session
from dashboard.components.links import Next
from dashboard.data import At
from storage.errors import NotFound
from storage.listing import MentionDetail, scored_text
from storage.models import Label

_LABELS = (Label.NEGATIVE, Label.NEUTRAL, Label.POSITIVE)


def chosen() -> int | None:
    """Return the id of the mention that the address names, None where it names none."""
    text = st.query_params.get("mention", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


def mention(at: At, mention_id: int) -> None:
    """Draw a mention; every action is bound to its id and version."""
    st.button("← All mentions", key="mention.back", type="tertiary", on_click=_back)
    try:
        found = data.mention(at, mention_id)
    except NotFound:
        then = Next(links.MENTIONS, "Read all that was said →")
        notices.empty(
            "There is no such mention", "The link is wrong, or it was erased since.", then
        )
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        said(at, found)
        _scores(found)
    with right:
        _facts(at, found)
        _correction(at, found)
        _case(at, found)


def said(at: At, found: MentionDetail) -> None:
    """Draw what was said and answered: text with evidence, replies, other versions."""
    _text(at, found)
    _replies(at, found)
    _versions(at, found)


def _back() -> None:
    st.query_params.pop("mention", None)


def _text(at: At, found: MentionDetail) -> None:
    row = found.row
    names = dict(data.choices(at).topics)
    with st.container(border=True):
        if found.erased_at is not None:
            st.caption(f"Erased on {markup.when(found.erased_at, at.zone)}: only counts remain.")
            return
        if found.deleted_at is not None:
            st.caption(f"Deleted at its source, seen {markup.when(found.deleted_at, at.zone)}.")
        st.html(markup.head(row, at.zone))
        text = scored_text(row.title, row.text)
        moved = [
            markup.made_score(each.start, each.end, each.value)
            for each in reasons.reasons(session.workspace(), found)
        ]
        marked = found.opinions, names, found.purpose, found.flags, moved
        st.html(markup.evidence(text, *marked))
        if found.opinions or found.purpose or found.flags or moved:
            st.caption(
                "Marked: the words on which topics and opinions rest; underlined: the words that "
                "made the score; dotted: what the writer wants; framed: what cannot wait."
            )


def _replies(at: At, found: MentionDetail) -> None:
    for reply in found.replies:
        when = markup.when(reply.replied_at or reply.learned_at, at.zone)
        st.markdown(f"**Your reply**, {when}")
        st.html(markup.quote(reply.text))


def _versions(at: At, found: MentionDetail) -> None:
    older = [each for each in found.versions if each.number != found.row.version]
    if not older:
        return
    box = st.expander(f"Other versions ({len(older)})", key="mention.versions", on_change="rerun")
    if box.open:
        for each in reversed(older):
            box.markdown(f"**Version {each.number}**, seen {markup.when(each.learned_at, at.zone)}")
            said = "Erased." if each.erased else scored_text(each.title, each.text)
            box.html(markup.stars(each.rating) + markup.quote(said))


def _scores(found: MentionDetail) -> None:
    if not found.scores:
        return
    box = st.expander("Scores by model", key="mention.scores", on_change="rerun")
    if box.open:
        rows = [
            {
                "version": each.version,
                "model": each.model,
                "label": each.label.value,
                "score": each.score,
                "confidence": each.confidence,
                "unsure": each.unsure,
                "counted": each.counted,
            }
            for each in found.scores
        ]
        box.dataframe(rows, hide_index=True, alt="Scores of this mention by model")


def _facts(at: At, found: MentionDetail) -> None:
    row = found.row
    names = dict(data.choices(at).topics)
    pairs = [
        ("Source", row.source),
        ("Place", row.place),
        ("Brand", row.brand),
        ("Product", row.product),
        ("Author", row.author),
        ("Said", markup.when(row.published_at, at.zone, row.precision)),
        ("First seen", markup.when(found.first_seen_at, at.zone)),
        ("Version", f"{row.version} of {len(found.versions)}"),
        ("Language", row.lang),
        ("Wants", found.row.intent.value if found.row.intent else ""),
        ("Cannot wait", ", ".join(markup.words(each) for each in row.urgency)),
        ("Stars and text", "disagree" if row.disagrees else ""),
        ("Topics", ", ".join(names.get(each, each) for each in row.topics)),
        ("Brought by", ", ".join(found.seen_by)),
        *sorted(found.extra.items()),
    ]
    with st.container(border=True):
        st.html(markup.facts(pairs))
        url = markup.safe_url(row.url)
        if url:
            st.link_button("Open where it was said", url, type="tertiary")


def _correction(at: At, found: MentionDetail) -> None:
    """Let a person say what the label should be, for the version on the screen."""
    row = found.row
    with st.container(border=True):
        st.html(f"<div class='es-row'>{markup.label(row.label, _ORIGIN[row.origin.value])}</div>")
        if frame.needs_actor():
            return
        key = f"label-{row.id}-{row.version}"
        st.segmented_control(
            "Right label",
            [each.value for each in _LABELS],
            key=key,
            on_change=_label,
            args=(key, row.id, row.version),
            help="Your label counts before the customer's own mark and the model's.",
        )


_ORIGIN = {
    "human": "by a person",
    "stars": "by the customer's mark",
    "model": "by the model",
    "none": "not scored yet",
}


def _label(key: str, mention_id: int, version: int) -> None:
    choice, person = st.session_state[key], session.actor()
    if choice and person:
        with notices.explained():
            session.workspace().label(mention_id, version, Label(choice), person.name)


def _case(at: At, found: MentionDetail) -> None:
    case = data.case_of(at, found.row.id)
    if case is not None:
        with st.container(border=True):
            st.html(markup.line(f"Case {case.id}: {case.state.value}"))
            st.page_link(links.QUEUE, label="Open the case", query_params={"case": str(case.id)})
