"""``earshot cases send`` and ``unsend``: hand a reply to the outbox, and take it back."""

from __future__ import annotations

from pathlib import Path

import click

from dashboard.commands.options import as_json, places, say

who = click.option("--as", "who", required=True, metavar="NAME", help="Who acts.")


@click.command("send")
@places
@click.argument("case_id", metavar="ID", type=int)
@click.option("--text", help="What to answer; the draft if not given.")
@click.option("--close", is_flag=True, help="Close the case once the reply stands.")
@click.option("--root-cause", default="", help="With --close: what was wrong.")
@click.option("--action", default="", help="With --close: what was done about it.")
@click.option("--version", type=int, help="Refuse if the case is not at this version.")
@click.option("--mention-version", type=int, help="Refuse if the text is not this version.")
@who
@as_json
def send(
    db_path: Path,
    config_path: Path,
    case_id: int,
    text: str | None,
    close: bool,
    root_cause: str,
    action: str,
    version: int | None,
    mention_version: int | None,
    who: str,
    as_json: bool,
) -> None:
    """Send your reply where the customer wrote; it can be taken back for ten seconds.

    The worker posts it. Where a site takes no replies from programs, the message says where
    to post it by hand; `earshot cases record-reply` records that.
    """
    from dashboard import sending, wiring
    from dashboard.desk.outbox_records import line, record
    from storage import people
    from storage.reply_outbox import Closing

    if (root_cause or action) and not close:
        raise click.UsageError("--root-cause and --action need --close")
    workspace = wiring.open_workspace(db_path, config_path, create=False)
    with workspace.db.write() as conn:
        actor = people.person(conn, who, workspace.now())
    entry = sending.send(
        workspace,
        case_id,
        actor,
        text=text,
        version=version,
        mention_version=mention_version,
        closing=Closing(root_cause, action) if close else None,
    )
    say(as_json, record(entry), lambda _: line(entry))


@click.command("unsend")
@places
@click.argument("case_id", metavar="ID", type=int)
@who
@as_json
def unsend(db_path: Path, config_path: Path, case_id: int, who: str, as_json: bool) -> None:
    """Take a reply back before it leaves."""
    from dashboard import wiring
    from dashboard.desk.outbox_records import line, record
    from storage import cases, outbox, people, reply_outbox
    from storage.errors import Refused

    workspace = wiring.open_workspace(db_path, config_path, create=False)
    conn = workspace.db.reader()
    entry = outbox.of_mention(conn, cases.load(conn, case_id).mention_id)
    if entry is None:
        raise Refused(f"case {case_id}: no reply was ever sent")
    with workspace.db.write() as writer:
        actor = people.person(writer, who, workspace.now())
    entry = reply_outbox.cancel(workspace.db, entry.id, actor, workspace.now())
    say(as_json, record(entry), lambda _: line(entry))
