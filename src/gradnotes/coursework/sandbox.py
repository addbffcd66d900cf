"""The trusted side of a child: start it, send it the answer, ask for values, end it in time."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import queue
import signal
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

__all__ = ["LAYERS", "AnswerError", "ChildDied", "Limits", "Session", "probe"]

HERE = Path(__file__).resolve().parent
LAYERS = ("limits", "uid", "network", "files", "processes")
LONGEST = (8 << 20) + 4096
WRITE_AHEAD = 1 << 14  # longer requests are written under a timer: a pipe holds 64 KB, and nobody may be reading
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


@dataclass(frozen=True)
class Limits:
    """What one question may use: `seconds` of its own time, `memory` in bytes; `isolate` fences the child in."""

    seconds: float = 10.0
    memory: int = 1 << 30
    isolate: bool = True


class AnswerError(Exception):
    """The answer raised; `kind` is the class of its exception, `line` the line of the answer cell."""

    def __init__(self, kind: str, text: str, line: int | None):
        super().__init__(f"{kind}: {text}" if text else kind)
        self.kind, self.line = kind, line


class ChildDied(Exception):
    """The child is gone; `status` is ``timeout``, ``memory`` or ``crashed``."""

    def __init__(self, status: str, text: str):
        super().__init__(text)
        self.status = status


def settings(limits: Limits, folder: str) -> dict:
    """What the child is told about its fence; it holds no secret."""
    site = Path(importlib.util.find_spec("numpy").origin).parents[1]
    package, checkout = HERE.parent, HERE.parents[2]
    library = sysconfig.get_paths()["stdlib"]
    show = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/dev/null", "/dev/urandom", sys.base_prefix]
    show += [] if library.startswith(sys.base_prefix + "/") else [library]
    show += [str(path) for path in (site / "numpy", site / "numpy.libs")]
    seconds = int(limits.seconds) + 2
    return {
        "isolate": limits.isolate and sys.platform == "linux",
        "numpy": str(site),
        "folder": os.path.realpath(folder),
        "show": [os.path.realpath(path) if path.count("/") > 1 else path for path in show],
        "hide": [str(package), str(checkout)],
        "secret": [str(HERE), str(package / "__init__.py"), str(checkout / "notebooks")],
        "cpu": seconds,
        "wall": 4 * seconds + 60,
        "memory": limits.memory,
    }


class Session:
    """One child. Use as a context manager: whatever happens, the child is gone afterwards.

    Parameters
    ----------
    limits : Limits

    Raises
    ------
    RuntimeError
        If the child does not start: a fault of this machine, not of the answer.
    ChildDied
        Later, if it uses up its time or memory, or ends by itself.
    """

    def __init__(self, limits: Limits):
        self.limits, self.count, self.left = limits, 0, limits.seconds
        self.last: tuple | None = None
        self.folder = tempfile.TemporaryDirectory(prefix="gradnotes-", ignore_cleanup_errors=True)
        environment = {"PATH": os.defpath, "LANG": "C.UTF-8", **dict.fromkeys(THREADS, "1")}
        if os.name == "nt":
            environment["SYSTEMROOT"] = os.environ.get("SYSTEMROOT", "")
        order = json.dumps(settings(limits, self.folder.name))
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", str(HERE / "child.py"), order],
            stdin=pipe, stdout=pipe, stderr=pipe, cwd=self.folder.name, env=environment,
            start_new_session=os.name == "posix",
        )  # fmt: skip
        self.replies: queue.Queue = queue.Queue()
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()
        try:
            self.layers = self._next(time.monotonic() + 60)["layers"]
        except ChildDied as fault:
            self.kill()
            words = self.process.stderr.read(4096).decode(errors="replace").strip()[-500:]
            self.close()
            raise RuntimeError(f"the child did not start ({fault}): {words}") from None

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def _listen(self) -> None:
        with contextlib.suppress(OSError, ValueError), self.process.stdout as stream:
            while line := stream.readline(LONGEST):
                self.replies.put(line)
        self.replies.put(b"")

    def _next(self, deadline: float) -> dict:
        try:
            line = self.replies.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            self.kill()
            raise ChildDied("timeout", f"no answer within {self.limits.seconds:g} seconds") from None
        if not line:
            raise self._obituary()
        try:
            if not line.endswith(b"\n"):
                raise ValueError("a reply without an end")
            reply = json.loads(line)
            if type(reply) is not dict:
                raise ValueError("a reply that is no object")
            return reply
        except (ValueError, RecursionError):
            self.kill()
            raise ChildDied("crashed", "what came back was not the JSON that was asked for") from None

    def _obituary(self) -> ChildDied:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        code = self.process.poll()
        self.kill()
        if code in (-signal.SIGTERM, None):
            return ChildDied("crashed", "the process ended")
        number = -code if code < 0 else code - 128 if code > 128 else 0
        if number in (getattr(signal, "SIGXCPU", -1), getattr(signal, "SIGKILL", -1)):
            return ChildDied("timeout", "the limit on processor time ended the process")
        name = f"signal {signal.Signals(number).name}" if number in set(signal.Signals) else f"exit code {code}"
        return ChildDied("crashed", f"the process ended by itself ({name})")

    def ask(self, **request) -> dict:
        """Send one request and return its reply; the waiting counts against the time of the question."""
        self.count += 1
        text = json.dumps({"id": self.count, **request}).encode() + b"\n"
        start = time.monotonic()
        timer = threading.Timer(max(0.0, self.left), self.kill) if len(text) > WRITE_AHEAD else None
        try:
            if timer:
                timer.start()
            self.process.stdin.write(text)
            self.process.stdin.flush()
        except (OSError, ValueError):
            if self.left <= time.monotonic() - start:
                raise ChildDied("timeout", f"no answer within {self.limits.seconds:g} seconds") from None
            raise self._obituary() from None
        finally:
            if timer:
                timer.cancel()
        reply = self._next(start + self.left)
        self.left -= time.monotonic() - start
        if reply.get("id") != self.count:
            self.kill()
            raise ChildDied("crashed", "a reply came back that nobody had asked for")
        return reply

    def load(self, cells: list[tuple[str, str]]) -> None:
        """Run the cells in the child; AnswerError when one raises."""
        self._value(self.ask(cells=cells))

    def call(self, name: str, *args):
        """The value of ``name(*args)`` in the child; args and value are plain JSON."""
        self.last = (name, args)
        errors = {key: mode for key, mode in np.geterr().items() if mode == "raise"}
        value = self._value(self.ask(call=name, args=args, errors=errors))
        self.last = (name, args, value)
        return value

    @staticmethod
    def _value(reply: dict):
        if "error" in reply:
            line = reply.get("line")
            kind, text = (" ".join(str(reply.get(key, "")).split())[:300] for key in ("error", "text"))
            raise AnswerError(kind, text, line if type(line) is int else None)
        return reply.get("value")

    def kill(self) -> None:
        """End the child and all that it started."""
        process = self.process
        if process.poll() is None and os.name == "posix":
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGTERM)  # its supervisor ends the whole process namespace
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(2)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
        if process.poll() is None:
            process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)

    def close(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self.process.stdin.close()
        self.kill()
        self.listener.join(2)
        self.process.stderr.close()
        self.folder.cleanup()


def probe(limits: Limits) -> tuple[list[str], list[str]]:
    """The layers that a child gets on this machine, and those it lacks."""
    with Session(limits) as session:
        reached = session.layers
    return reached, [name for name in LAYERS if name not in reached]
