"""The summary on a page: its files, sending it, and the page as it will be sent."""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard import data, report_data, report_markup
from dashboard.components import (
    links,
    notices,
    report_choice,
    report_schedules,
    report_send,
    report_work,
    session,
)
from dashboard.data import At
from dashboard.reports import files, making
from dashboard.reports.files import TYPES, Format
from dashboard.reports.model import Summary


def downloads(report: Summary) -> None:
    """Draw a button per format; a file is made when it is asked for."""
    with st.container(horizontal=True):
        for form in Format:
            st.download_button(
                f"Download {form.value.upper()}",
                partial(files.write, report, form, report_choice.locale()),
                files.name(report, form),
                TYPES[form],
                key=f"reports.{form.value}",
                on_click=_keep,
                args=(report,),
                type="primary" if form is Format.PDF else "secondary",
            )


def _keep(report: Summary) -> None:
    """Keep that this summary went out, so that it can be made again as it was."""
    space, person = session.workspace(), session.actor()
    with notices.explained():
        making.keep(space.db, report, person.name if person else "")


def preview(report: Summary) -> None:
    """Show the page that is downloaded, as a part of this one."""
    st.html(report_markup.part(files.write(report, Format.HTML, report_choice.locale()).decode()))


def report(at: At) -> None:
    """Draw it all."""
    span = report_choice.choose(at)
    if data.choices(at).first_day is None:
        notices.empty("Nothing to report yet", "There is no mention in any week.", links.ADD)
        return
    past = report_work.as_it_was(at)
    if past is None:
        found = report_data.summary(at, span)
        downloads(found)
        report_work.work(at, span, found)
    else:
        found = report_data.as_known(at, span, past)
    report_send.send(span, past)
    report_send.mails(at)
    report_schedules.schedules(at)
    preview(found)
