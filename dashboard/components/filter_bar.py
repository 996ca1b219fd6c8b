"""The filter bar: widgets over the filter that stands in the URL.

The address is the only truth: widgets are set from it before they are drawn and write it
when they change, so that any view is a link and going back works. Its decoding is in
``dashboard.filters``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial

import streamlit as st

from dashboard import data, filters, markup, periods
from dashboard.components import frame, notices, scripts
from dashboard.data import At
from storage.coverage import Choices
from storage.models import Intent, Kind, Label, MentionFilter, Suspects, Urgency

_KEPT = "filter"
_OWED = "filter.owed"
_LISTS = {
    "kind": "Kind",
    "brand": "Brand",
    "source": "Source",
    "product": "Product",
    "topic": "Topic",
    "label": "Label",
    "lang": "Language",
    "place": "Place",
    "customer": "Customers with",
    "intent": "Intent",
    "urgency": "Urgency",
    "stars": "Stars and text",
}
_SUSPECTS = {
    Suspects.DECIDED: "Count, but not what somebody excluded",
    Suspects.WITH: "With everything",
    Suspects.WITHOUT: "Without suspicious",
    Suspects.ONLY: "Only suspicious and excluded",
}
_MARKS = {"rating": "stars", "nps": "an NPS answer", "csat": "a CSAT answer", "ces": "a CES answer"}
_OTHERS = ("mark", "unanswered", "seen", "suspects")
"""What links say beside the lists; the bar shows it and can clear it."""

_URGENCY = {each.value: markup.words(each) for each in Urgency}


def choose(at: At, *, own: bool = False, without: tuple[str, ...] = ()) -> MentionFilter:
    """Draw the bar and return what is chosen.

    With ``own`` our own brands are chosen where none is: figures never mix in competitors
    unasked. That is not written into the address: each write is a step of the browser's
    history, and going back would meet it again. Parameters named by ``without`` mean
    nothing on this page and are dropped.
    """
    params = _sync(without)
    flt = filters.from_params(params, at.today)
    ours = data.own_brands(at) if own and "brand" not in params else ()
    flt = replace(flt, brands=ours or flt.brands)
    with st.container(horizontal=True, vertical_alignment="bottom", key="filter-bar"):
        _period(params, flt)
        _lists(params, ours, flt, data.choices(at))
        _search(flt)
    _chosen(params, ours, flt, dict(data.choices(at).topics) | _URGENCY, at.zone)
    wrong = filters.problems(params)
    if wrong:
        notices.problem("This part of the address was not understood.", ", ".join(wrong))
    return flt


def _sync(without: tuple[str, ...]) -> dict[str, list[str]]:
    """Adopt the address; coming from another page without one, restore what was chosen.

    What is restored is owed to the address until it says so itself.
    """
    query = st.query_params
    found = filters.own({name: query.get_all(name) for name in filters.NAMES})
    kept: dict[str, list[str]] = st.session_state.get(_KEPT, {})
    owed = not found and bool(kept) and (frame.switched() or st.session_state.get(_OWED, False))
    st.session_state[_OWED] = owed
    found = dict(kept) if owed else found
    for name in without:
        found.pop(name, None)
        query.pop(name, None)
    st.session_state[_KEPT] = found
    if owed and found:
        _say(found)
    return found


def _say(found: dict[str, list[str]]) -> None:
    """Let the browser's address say the filter without a further step of its history.

    To write ``st.query_params`` is such a step: Back would lead to this page without it.
    """
    with st.sidebar:
        scripts.component("address")(key="address", data={"query": filters.query_string(found)})


def _write(name: str, values: Sequence[str]) -> None:
    """Change one parameter; what was open or turned to belongs to the old filter."""
    params = dict(st.session_state.get(_KEPT, {}))
    params.pop(name, None)
    if values:
        params[name] = list(values)
    _replace(params)


def _replace(params: dict[str, list[str]]) -> None:
    st.session_state[_OWED] = False
    st.session_state[_KEPT] = params
    st.query_params.from_dict(params)


def _set(key: str, value: object) -> None:
    """Set a widget from the address; an equal value is left alone, someone may be typing."""
    if st.session_state.get(key) != value:
        st.session_state[key] = value


def _period(params: dict[str, list[str]], flt: MentionFilter) -> None:
    _set("f.period", filters.preset(params))
    st.selectbox(
        "Period",
        [*periods.PRESETS, "custom"],
        format_func=lambda key: periods.PRESETS[key].name if key in periods.PRESETS else "Custom",
        key="f.period",
        on_change=_period_changed,
        args=(flt.start, flt.end),
        width=170,
    )
    if filters.preset(params) == "custom":
        _set("f.days", tuple(day for day in (flt.start, flt.end) if day))
        st.date_input("Days", key="f.days", on_change=_days_changed, format="YYYY-MM-DD", width=250)


def _period_changed(start: date | None, end: date | None) -> None:
    params = dict(st.session_state.get(_KEPT, {}))
    for name in ("period", "from", "to"):
        params.pop(name, None)
    chosen = st.session_state["f.period"]
    if chosen == "custom":
        params |= {"from": [start.isoformat()]} if start else {}
        params |= {"to": [(end or date.today()).isoformat()]}
    elif chosen != periods.DEFAULT:
        params["period"] = [chosen]
    _replace(params)


def _days_changed() -> None:
    days = st.session_state["f.days"]
    if isinstance(days, tuple) and len(days) == 2:
        params = dict(st.session_state.get(_KEPT, {}))
        params.pop("period", None)
        params |= {"from": [days[0].isoformat()], "to": [days[1].isoformat()]}
        _replace(params)


def _search(flt: MentionFilter) -> None:
    _set("f.q", flt.text)
    st.text_input(
        "Words",
        key="f.q",
        type="search",
        max_chars=filters.LONGEST,
        placeholder="Search in texts",
        on_change=_words_changed,
        width=240,
    )


def _words_changed() -> None:
    words = st.session_state["f.q"]
    _write("q", [words] if words else [])


def _lists(
    params: dict[str, list[str]], ours: tuple[str, ...], flt: MentionFilter, known: Choices
) -> None:
    """Draw the lists only while they are open: eleven menus cost a page a millisecond."""
    count = sum(name in params for name in (*_LISTS, *_OTHERS))
    box = st.popover(f"Filters ({count})" if count else "Filters", on_change="rerun", key="f.lists")
    if not box.open:
        return
    offered: dict[str, Sequence[str]] = {
        "kind": [each.value for each in Kind],
        "brand": known.brands,
        "source": known.sources,
        "product": known.products,
        "topic": [key for key, _ in known.topics],
        "label": [each.value for each in Label],
        "lang": known.langs,
        "place": known.places,
        "intent": [each.value for each in Intent],
        "urgency": [each.value for each in Urgency],
        "stars": [filters.DISAGREE],
    }
    topics = dict(known.topics)
    if known.customers:
        offered["customer"] = known.customers
    names = {"topic": topics, "urgency": _URGENCY}
    with box:
        for name, title in _LISTS.items():
            chosen = params.get(name, list(ours) if name == "brand" else [])
            _set(f"f.{name}", chosen)
            st.multiselect(
                title,
                list(dict.fromkeys([*offered.get(name, ()), *chosen])),
                key=f"f.{name}",
                format_func=partial(_shown, names.get(name, {})),
                on_change=partial(_list_changed, name),
                placeholder="All",
            )
        _set("f.suspects", flt.suspects.value)
        st.selectbox(
            "Look-alikes in bursts",
            [each.value for each in Suspects],
            format_func=lambda value: _SUSPECTS[Suspects(value)],
            key="f.suspects",
            on_change=_suspects_changed,
        )
        _set("f.unanswered", params.get("unanswered") == ["1"])
        st.toggle(
            "Unanswered only",
            key="f.unanswered",
            on_change=_unanswered_changed,
            help="Nobody answered at the source or in the queue, and no case was closed.",
        )


def _suspects_changed() -> None:
    chosen = st.session_state["f.suspects"]
    _write("suspects", [chosen] if chosen else [])


def _unanswered_changed() -> None:
    _write("unanswered", ["1"] if st.session_state["f.unanswered"] else [])


def _shown(names: dict[str, str], key: str) -> str:
    return names.get(key, key) or "(none)"


def _list_changed(name: str) -> None:
    _write(name, st.session_state[f"f.{name}"])


def _chosen(
    params: dict[str, list[str]],
    ours: tuple[str, ...],
    flt: MentionFilter,
    topics: dict[str, str],
    zone: str,
) -> None:
    """Say what is filtered by, with one button to undo what somebody chose."""
    parts = [
        f"{title}: {', '.join(_shown(topics, each) for each in params[name])}"
        for name, title in _LISTS.items()
        if name in params
    ]
    if flt.marks:
        parts.append(f"with {' or '.join(_MARKS[each.value] for each in flt.marks)}")
    parts += ["unanswered"] if flt.unanswered else []
    parts += [f"first seen since {markup.when(flt.since, zone)}"] if flt.since else []
    parts += [f"words: {flt.text}"] if flt.text else []
    parts += [_SUSPECTS[flt.suspects]] if flt.suspects else []
    unasked = [f"Brand: ours ({', '.join(each for each in ours if each)})"] if any(ours) else []
    if not parts and not unasked:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        chips = "".join(f"{markup.chip(part)} " for part in [*unasked, *parts])
        st.html(chips, width="content")
        if parts:
            st.button("Clear", key="f.clear", type="tertiary", on_click=_clear)


def _clear() -> None:
    params = st.session_state.get(_KEPT, {})
    _replace({name: params[name] for name in ("period", "from", "to") if name in params})
