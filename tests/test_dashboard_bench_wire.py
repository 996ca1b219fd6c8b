"""The benchmark's client speaks Streamlit's own protocol, and looks at real programs."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg, ForwardMsgMetadata
from streamlit.proto.Navigation_pb2 import Navigation

from dashboard.bench import memory, pages, server, wire, workspaces


def number(message: type, name: str) -> int:
    return int(message.DESCRIPTOR.fields_by_name[name].number)  # type: ignore[attr-defined]


def test_field_numbers_are_those_of_streamlit() -> None:
    assert number(BackMsg, "rerun_script") == wire.RERUN_SCRIPT
    names = ("query_string", "page_script_hash", "page_name", "cached_message_hashes")
    assert [number(ClientState, name) for name in names] == [
        wire.QUERY_STRING,
        wire.PAGE_SCRIPT_HASH,
        wire.PAGE_NAME,
        wire.CACHED_HASHES,
    ]
    names = ("hash", "metadata", "script_finished", "navigation")
    assert [number(ForwardMsg, name) for name in names] == [
        wire.HASH,
        wire.METADATA,
        wire.SCRIPT_FINISHED,
        wire.NAVIGATION,
    ]
    assert number(ForwardMsgMetadata, "cacheable") == wire.CACHEABLE
    assert number(Navigation, "page_script_hash") == wire.NAVIGATED_TO
    assert wire.FINISHED_SUCCESSFULLY == ForwardMsg.FINISHED_SUCCESSFULLY
    assert wire.FINISHED_FRAGMENT == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY


@given(st.text(max_size=300), st.lists(st.text(max_size=40), max_size=3))
def test_a_request_reads_as_streamlit_reads_it(query: str, hashes: list[str]) -> None:
    state = [(wire.QUERY_STRING, query.encode())]
    state += [(wire.CACHED_HASHES, each.encode()) for each in hashes]
    told = BackMsg.FromString(wire.encode([(wire.RERUN_SCRIPT, wire.encode(state))]))
    assert told.rerun_script.query_string == query
    assert list(told.rerun_script.cached_message_hashes) == hashes


def test_the_end_of_a_run_is_found_among_what_streamlit_writes() -> None:
    done = ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY, hash="h" * 200)
    assert dict(wire.fields(done.SerializeToString()))[wire.SCRIPT_FINISHED] == 0
    moved = ForwardMsg(navigation=Navigation(page_script_hash="abc"))
    inner = dict(wire.fields(moved.SerializeToString()))[wire.NAVIGATION]
    assert isinstance(inner, bytes)
    assert dict(wire.fields(inner))[wire.NAVIGATED_TO] == b"abc"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    """Port and process id of a server on a tiny workspace."""
    folder = tmp_path_factory.mktemp("served")
    db = workspaces.big(folder, 1_000, lambda _: None)
    with server.dashboard(db, folder / "log") as (port, program):
        yield port, program.pid


def test_pages_run_one_by_one_and_together(served: tuple[int, int]) -> None:
    port, pid = served
    with (
        closing(server.session(port, pages.BLANK)) as one,
        closing(server.session(port, "")) as two,
    ):
        assert one.rerun() > 0
        assert two.rerun() > 0
        assert len(wire.together([one, two])) == 2
    used = server.memory(pid)
    assert 20 < used.resident <= used.highest


def test_a_server_that_is_none_of_ours_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        answer = Thread(target=_answer, args=(other,))
        answer.start()
        with pytest.raises(wire.PageFailed, match="refused"):
            wire.Session(port, "")
        answer.join()


def _answer(other: socket.socket) -> None:
    client, _ = other.accept()
    with client:
        client.recv(4096)
        client.sendall(b"HTTP/1.1 404 Not Found\r\n\r\n")


def test_every_page_is_measured_but_the_empty_one() -> None:
    assert {"overview", "mentions", "queue"} <= set(pages.names())
    assert not {pages.BLANK, *pages.HIDDEN} & set(pages.names())


def test_memory_is_of_the_worker_after_its_work(tmp_path: Path) -> None:
    db = workspaces.big(tmp_path, 1_000, lambda _: None)
    used = memory._worker(db, tmp_path / "log", fresh=20)
    assert 20 < used.resident <= used.highest
    assert server.memory(os.getpid()).resident > 0
