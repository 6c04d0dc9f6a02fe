"""Processes the bench starts: each ends with it, also after Ctrl-C."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

ROOT = Path(__file__).parents[1]
PATIENCE = 15  # seconds a process may take to end when it is asked to


class BenchError(Exception):
    """What keeps the bench from measuring, in one sentence for who typed the command."""


@contextmanager
def running(
    command: Sequence[str], log: Path, *, stop: int = signal.SIGTERM, **options: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """The process, until the block ends. What it says goes into the log.

    In a session of its own: Ctrl-C reaches the bench alone, which then ends the others in order.
    """
    with log.open("ab") as said:
        process = subprocess.Popen(
            command, stdout=said, stderr=said, start_new_session=True, **options
        )
    try:
        yield process
    finally:
        end(process, stop)


def end(process: subprocess.Popen[bytes], how: int) -> None:
    if process.poll() is None:
        process.send_signal(how)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def inside(work: str, environment: Mapping[str, str], **asked: Any) -> Any:
    """What `bench.inside.<work>` answers, run in a process of its own.

    The system reads its settings once, when it is imported: another database, another process.
    """
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        command = [sys.executable, "-m", f"bench.inside.{work}", str(answer)]
        process = subprocess.Popen(
            command,
            env=dict(environment),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            said, _ = process.communicate(msgspec.json.encode(asked))
        finally:
            end(process, signal.SIGTERM)
        if process.returncode:
            raise BenchError(f"{work} failed:\n{said.decode()[-3000:]}")
        return msgspec.json.decode(answer.read_bytes())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
