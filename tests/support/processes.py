"""Processes of Kkachi as its operator starts them, though it is imported once for all of them."""

import asyncio
import os
import resource
import signal
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

FORKS = get_context("forkserver")
KEPT = ("PATH", "HOME", "LANG")


class Process:
    """A process that was forked, and otherwise like one of `asyncio.subprocess`."""

    def __init__(
        self, forked: ForkServerProcess, stdout: asyncio.StreamReader, stderr: asyncio.StreamReader
    ) -> None:
        assert forked.pid is not None
        self.pid, self.stdout, self.stderr = forked.pid, stdout, stderr
        self._forked = forked
        self._loop = asyncio.get_running_loop()
        self._ended: asyncio.Future[int] = self._loop.create_future()
        self._loop.add_reader(forked.sentinel, self._end)

    @property
    def returncode(self) -> int | None:
        """How it ended, by a signal if negative."""
        return self._ended.result() if self._ended.done() else None

    async def wait(self) -> int:
        return await asyncio.shield(self._ended)

    async def communicate(self) -> tuple[bytes, bytes]:
        out, err, _ = await asyncio.gather(self.stdout.read(), self.stderr.read(), self.wait())
        return out, err

    def send_signal(self, number: signal.Signals) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _end(self) -> None:
        self._loop.remove_reader(self._forked.sentinel)
        self._forked.join()
        self._ended.set_result(self._forked.exitcode or 0)
        self._forked.close()


def import_once() -> None:
    """Let the process that all are forked from import what takes each longer than its test."""
    FORKS.set_forkserver_preload(["tests.support.preloaded"])


async def start_process(
    settings: Mapping[str, str], folder: Path, *arguments: str, files: int | None = None
) -> Process:
    """Be `python -m bot` in this folder, with nothing but these settings.

    It may have so many `files` open at once, or as many as this process.
    """
    (out, its_out), (err, its_err) = Pipe(duplex=False), Pipe(duplex=False)
    with its_out, its_err:
        begin = (settings, folder, arguments, files, (its_out, its_err))
        forked = FORKS.Process(target=_be_kkachi, args=begin, daemon=True)
        # The first start is that of the process which all others are forked from.
        await asyncio.to_thread(forked.start)
    return Process(forked, await _reader(out), await _reader(err))


async def _reader(pipe: Connection) -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    file = os.fdopen(os.dup(pipe.fileno()), "rb")
    pipe.close()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), file
    )
    return reader


def _be_kkachi(
    settings: Mapping[str, str],
    folder: Path,
    arguments: Sequence[str],
    files: int | None,
    outputs: Sequence[Connection],
) -> None:
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    os.environ.clear()
    os.environ.update({**kept, **settings})
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    if files is not None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    _speak_through(*outputs)
    sys.modules["__main__"] = main = import_module("bot.__main__")
    sys.argv = [str(main.__file__), *arguments]
    main.main()


def _speak_through(stdout: Connection, stderr: Connection) -> None:
    for pipe, number in ((stdout, 1), (stderr, 2)):
        os.dup2(pipe.fileno(), number)
        pipe.close()
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 - for as long as it lives
    sys.stderr = open(2, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115 - the same
