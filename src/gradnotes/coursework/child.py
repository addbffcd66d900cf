"""The untrusted side: runs one student's answer, and sends values back as JSON. Started by `sandbox` as a script.

It knows no expected value, no seed and no check: a request names a function and its arguments, a reply carries
what came back. Whatever an answer does to this process, it can only change the values it sends.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import os
import sys

LONGEST = 8 << 20  # bytes of one reply
PRELOAD = (
    "math", "cmath", "random", "statistics", "itertools", "functools", "operator", "collections", "fractions",
    "decimal", "dataclasses", "typing", "heapq", "bisect", "copy", "warnings", "traceback", "numpy", "numpy.linalg",
    "numpy.random", "numpy.fft", "numpy.polynomial",
)  # fmt: skip


class OnlyNumpy:
    """Finds NumPy in its folder, and nothing else that is installed beside it."""

    def __init__(self, folder: str):
        self.folder = folder

    def find_spec(self, name, path=None, target=None):
        if name != "numpy":
            return None
        return importlib.machinery.PathFinder.find_spec(name, [self.folder])


def plain(value, depth: int = 0):
    """`value` as JSON can carry it: exact types only, so that no object travels that answers for itself."""
    kind = type(value)
    if value is None or kind in (bool, int, float, str):
        return value
    if depth > 20:
        raise TypeError("the value is nested too deeply")
    if kind in (list, tuple):
        return [plain(item, depth + 1) for item in value]
    if kind is dict:
        return {str(key): plain(item, depth + 1) for key, item in value.items()}
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, (numpy.ndarray, numpy.generic)):
        return plain(value.tolist(), depth + 1)
    raise TypeError(f"an answer returns numbers, strings and lists, not {kind.__name__}")


def failure(fault: BaseException) -> dict:
    """What is told about an exception: its class, its words, the line of the answer it came from."""
    lines, trace = [], fault.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == "<answer>":
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    line = fault.lineno if isinstance(fault, SyntaxError) else (lines[-1] if lines else None)
    try:
        text = str(fault)[:300]
    except BaseException:
        text = ""
    return {"error": type(fault).__name__[:60], "text": text, "line": line}


def load(cells: list[list[str]]) -> tuple[dict, dict]:
    """Run the (name, source) pairs in one namespace; return it and {} or the failure."""
    namespace = {"__name__": "answer"}
    try:
        for name, source in cells:
            exec(compile(source, f"<{name}>", "exec"), namespace)
    except BaseException as fault:
        return namespace, failure(fault)
    return namespace, {}


def call(namespace: dict, name: str, args: list, errors: dict | None = None) -> dict:
    """Call one function with floating-point errors handled as in the check; return {"value": ...} or the failure."""
    try:
        if name not in namespace:
            raise NameError(f"the answer defines no {name}")
        if errors:
            with sys.modules["numpy"].errstate(**errors):
                return {"value": plain(namespace[name](*args))}
        return {"value": plain(namespace[name](*args))}
    except BaseException as fault:
        return failure(fault)


def serve(source, sink) -> None:
    """Answer one JSON request per line until the other side closes."""
    namespace: dict = {}
    for line in source:
        request = json.loads(line)
        if "cells" in request:
            namespace, reply = load(request["cells"])
        else:
            reply = call(namespace, request["call"], request["args"], request.get("errors"))
        try:
            text = json.dumps({"id": request["id"], **reply}).encode()
            if len(text) > LONGEST:
                raise ValueError(f"the value takes {len(text)} bytes, at most {LONGEST} are read")
        except BaseException as fault:
            text = json.dumps({"id": request["id"], **failure(fault)}).encode()
        sink.write(text + b"\n")
        sink.flush()


def main() -> None:
    settings = json.loads(sys.argv[1])
    sys.argv[:] = ["answer"]
    sys.meta_path.append(OnlyNumpy(settings["numpy"]))

    def preload():
        for name in PRELOAD:
            importlib.import_module(name)

    where = os.path.join(os.path.dirname(os.path.abspath(__file__)), "isolation.py")
    spec = importlib.util.spec_from_file_location("isolation", where)
    isolation = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(isolation)
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    if settings["isolate"]:
        layers = isolation.enter(settings, preload)
    else:
        preload()
        layers = []
        if os.name == "posix":
            isolation.limit(settings)
            layers = ["limits"]
    for fd in (0, 1, 2):
        os.dup2(null, fd)
    sink.write(json.dumps({"layers": layers}).encode() + b"\n")
    sink.flush()
    serve(source, sink)


if __name__ == "__main__":
    main()
