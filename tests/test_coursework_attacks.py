"""Answers that cheat, break or fight: each earns what its code deserves, and the rest of the notebook is untouched.

Every attack is bounded by itself, too (few forks, short sleeps, small files), in case a fence is missing.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from pathlib import Path

import coursework_cases as cases
import nbformat
import pytest

from gradnotes.coursework import build, marking, sandbox
from gradnotes.coursework import grade as grading

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="grade needs Linux")
LIMITS = sandbox.Limits(seconds=2, memory=512 << 20)
MASTER = build.FOLDER / "02_gradient_descent" / "master.ipynb"
RIGHT = cases.solutions("02_gradient_descent")["2.1"]


def graded(answer: str, question: str = "2.1", limits=LIMITS) -> dict:
    return cases.points(question, answer, session=sandbox.Session, limits=limits)


@pytest.fixture(scope="module")
def layers() -> list[str]:
    return sandbox.probe(LIMITS)[0]


def needs(layers, name):
    if name not in layers:
        pytest.skip(f"this machine has no layer {name!r}; results.json names it as missing")


QUICK = {  # name: (status, answer); all earn nothing
    "exit at the top": ("crashed", "import os\nos._exit(0)"),
    "exit inside": ("crashed", "import os\ndef gd_path(*a): os._exit(0)"),
    "an object equal to everything": (
        "wrong",
        "class All(list):\n    def __eq__(self, o): return True\n    __le__ = __ge__ = __lt__ = __gt__ = __eq__\n"
        "def gd_path(*a): return All()",
    ),
    "patched comparisons": (
        "wrong",
        "import numpy as np, math, builtins\n"
        "np.all = np.allclose = np.isclose = math.isclose = builtins.all = lambda *a, **k: True\n"
        "def close(*a, **k): return True\nnp.abs = lambda *a: 0\ndef gd_path(*a): return [0, 0, 0, 0]",
    ),
    "stripped asserts": (
        "wrong",
        "import ast, builtins, sys\nkept = builtins.compile\n"
        "def strip(source, *a, **k):\n    tree = ast.parse(source)\n"
        "    tree.body = [n for n in tree.body if not isinstance(n, ast.Assert)]\n    return kept(tree, *a, **k)\n"
        "builtins.compile = strip\nAssertionError = builtins.AssertionError = ValueError\n"
        "def gd_path(*a): return 1",
    ),
    "forged JSON": (
        "crashed",
        "import json\njson.dumps = lambda *a, **k: '{\"score\": 10, \"status\": \"ok\"}'\ndef gd_path(*a): return 1",
    ),
}
SLOW = {
    "endless loop": ("timeout", "def gd_path(*a):\n    while True: pass"),
    "endless loop that swallows everything": (
        "timeout",
        "import signal\nfor s in (signal.SIGTERM, signal.SIGXCPU, signal.SIGALRM): signal.signal(s, signal.SIG_IGN)\n"
        "def gd_path(*a):\n    while True:\n        try:\n            while True: pass\n"
        "        except BaseException: pass",
    ),
    "endless at the top": ("timeout", "while True: pass"),
    "sleep": ("timeout", "import time\ndef gd_path(*a): time.sleep(60)"),
    "memory bomb": ("memory", "def gd_path(*a): return len([bytearray(1 << 24) for _ in range(200)])"),
    "memory bomb of NumPy": ("memory", "import numpy as np\ndef gd_path(*a): return np.ones(1 << 28).tolist()"),
    "huge output": ("timeout", "def gd_path(*a):\n    while True: print('x' * 100000)"),
    "huge value": ("wrong", "def gd_path(*a): return 'x' * (9 << 20)"),
    "huge number": ("wrong", "def gd_path(*a): return [1, 10**4000, 1, 1]"),
    "deep value": ("wrong", "def gd_path(*a):\n    v = []\n    for _ in range(100000): v = [v]\n    return v"),
    "not numbers": ("wrong", "def gd_path(*a): return [float('nan')] * 4"),
    "infinite": ("wrong", "def gd_path(*a): return [float('inf')] * 4"),
    "recursion": ("wrong", "def gd_path(*a): return gd_path(*a)"),
    "fork bomb": ("wrong", "import os, time\ndef gd_path(*a):\n    for _ in range(40):\n        if os.fork() == 0:\n"
                  "            time.sleep(3); os._exit(0)\n    return 1"),
    "threads": ("wrong", "import threading, time\ndef gd_path(*a):\n"
                "    for _ in range(40): threading.Thread(target=time.sleep, args=(3,)).start()\n    return 1"),
    "segmentation fault": ("crashed", "import ctypes\ndef gd_path(*a): return ctypes.string_at(0)"),
    "a large file": ("wrong", "def gd_path(*a):\n    with open('x', 'wb') as f: f.write(bytes(8 << 20))\n    return 1"),
    "limits lifted": ("wrong", "import resource as r\ndef gd_path(*a):\n    r.setrlimit(r.RLIMIT_AS, (-1, -1))\n"
                      "    return 1"),
    "a payload of pickle": ("wrong", "class P:\n    def __reduce__(self): return (print, ('owned',))\n"
                            "def gd_path(*a): return P()"),
    "replies for all": (
        "crashed",
        "import os\ndef gd_path(*a):\n    for fd in range(64):\n"
        "        for k in range(1, 9):\n"
        "            try: os.write(fd, b'{\"id\": %d, \"value\": [1, 0.8, 0.64, 0.5]}\\n' % k)\n"
        "            except OSError: pass\n    return 1",
    ),
    "no end": ("timeout", "import os, time\ndef gd_path(*a):\n    for fd in range(64):\n"
               "        try: os.write(fd, b'{')\n        except OSError: pass\n    time.sleep(60)"),
    "closed pipes": ("crashed", "import os\ndef gd_path(*a):\n    os.closerange(0, 64)"),
    "patched interpreter": (
        "crashed",
        "import sys\ndef gd_path(*a):\n    f = sys._getframe()\n    while f:\n"
        "        f.f_globals['json'] = None\n        f = f.f_back\n    return 1",
    ),
    "rewritten tests": (
        "wrong",
        "import os\nos.makedirs('tests', exist_ok=True)\nopen('tests/q1.py', 'w').write('pass')\n"
        "open('sitecustomize.py', 'w').write('pass')\ndef gd_path(*a): return 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", QUICK)
def test_cheat_earns_nothing(name):
    status, answer = QUICK[name]
    record = graded(answer)
    assert (record["score"], record["status"]) == (0, status), record["checks"]


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_attack_earns_nothing(name):
    status, answer = SLOW[name]
    patient = sandbox.Limits(seconds=10, memory=512 << 20)  # on a busy machine memory fills slowly
    record = graded(answer, limits=patient if status == "memory" else LIMITS)
    assert record["score"] == 0
    assert record["status"] == status, record["checks"]


def test_a_right_answer_keeps_its_points_whatever_it_patches():
    patch = "import numpy as np, builtins\nnp.all = lambda *a, **k: False\nnp.asarray = None\nbuiltins.abs = None\n"
    assert graded(patch + RIGHT)["status"] == "ok"


def test_a_reply_is_never_believed_beyond_its_value():
    """Right for the public check and nothing else: what is returned is compared, what is claimed is not."""
    record = graded("def gd_path(*a): return [1, 0.8, 0.64, 0.512]")
    assert record["score"] == 0.5 and [c["status"] for c in record["checks"]] == ["ok", "wrong"]


def test_nothing_of_the_project_is_importable_or_readable(layers):
    needs(layers, "files")
    paths = [str(MASTER), str(Path(grading.__file__)), str(build.FOLDER), str(Path(sandbox.__file__).parent)]
    answer = f"import os\ndef gd_path(*a): return [os.access(p, os.R_OK) for p in {paths!r}]"
    with sandbox.Session(LIMITS) as child:
        child.load([("answer", answer + "\ndef try_import(name): __import__(name)")])
        assert child.call("gd_path") == [False] * 4
        for name in ("gradnotes", "nbformat", "gradnotes.coursework.child"):
            with pytest.raises(sandbox.AnswerError, match="ModuleNotFoundError"):
                child.call("try_import", name)
        child.call("try_import", "numpy.polynomial.legendre")


def test_reading_solutions_by_walking_the_disk(layers):
    needs(layers, "files")
    hunt = (
        "import os\ndef hunt():\n    found = []\n    for root, folders, files in os.walk('/'):\n"
        "        found += [os.path.join(root, f) for f in files if f.endswith(('.ipynb', 'spec.json', 'masters.py'))]\n"
        "    return [os.listdir('.'), found]"
    )
    with sandbox.Session(sandbox.Limits(seconds=20)) as child:
        child.load([("answer", hunt)])
        here, found = child.call("hunt")
    assert here == [] and found == []


def test_no_network(layers):
    needs(layers, "network")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        answer = (
            "import socket\ndef reach(port):\n    try:\n"
            "        socket.create_connection(('127.0.0.1', port), 1).close()\n        return True\n"
            "    except OSError: return False"
        )
        with sandbox.Session(LIMITS) as child:
            child.load([("answer", answer)])
            assert child.call("reach", port) is False
        done = []
        thread = threading.Thread(target=lambda: done.append(server.accept()[0].close()))
        thread.start()
        socket.create_connection(("127.0.0.1", port), 5).close()
        thread.join(5)
        assert done, "the listener was there to be reached"


def test_not_root_and_no_way_back(layers):
    needs(layers, "uid")
    answer = (
        "import os\ndef who():\n    try: os.setuid(0)\n    except PermissionError: pass\n"
        "    return [os.getuid(), os.geteuid(), os.getgroups(), sorted(os.environ)]"
    )
    with sandbox.Session(LIMITS) as child:
        child.load([("answer", answer)])
        uid, effective, groups, environment = child.call("who")
    assert uid == effective != 0 and 0 not in groups
    assert not {"HOME", "PYTHONPATH", "GITHUB_TOKEN"} & set(environment)


@pytest.mark.slow
def test_nothing_can_be_killed_from_inside(layers):
    needs(layers, "processes")
    answer = (
        "import os\ndef gd_path(*a):\n    for pid in (os.getppid(), -1, 1, 2, 3):\n"
        "        try: os.kill(pid, 9)\n        except OSError: pass\n    return 1"
    )
    assert graded(answer)["score"] == 0 and os.getpid() > 0


@pytest.mark.slow
def test_nothing_is_left_behind():
    """After the time is up no process of the child is alive, not even one that ignores every signal."""
    with sandbox.Session(LIMITS) as child:
        child.load([("answer", SLOW["endless loop that swallows everything"][1])])
        with pytest.raises(sandbox.ChildDied) as end:
            child.call("gd_path", 1)
        assert end.value.status == "timeout"
        folder = child.folder.name.encode()
    commands = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            commands.append(path.read_bytes())
        except OSError:
            continue
    assert not any(folder in command for command in commands) and not os.path.exists(folder)


@pytest.mark.slow
def test_an_attack_costs_its_own_question_alone(tmp_path):
    """One notebook with five attacks and one honest answer; a second one beside it."""
    notebook = nbformat.read(build.FOLDER / "02_gradient_descent" / "student.ipynb", 4)
    attacks = {
        "2.2": "import os\nos._exit(3)", "2.3": "while True: pass",
        "2.4": "def minibatch_error(G, m): return [0] * (1 << 30)", "2.5": "def sgd_epoch(*a): raise SystemExit",
    }  # fmt: skip
    for cell in notebook.cells:
        for name, text in {**attacks, "2.1": RIGHT}.items():
            if f"answer:{name}" in cell.metadata.get("tags", []):
                cell.source = text
    nbformat.write(notebook, tmp_path / "attack.ipynb")
    honest = nbformat.read(MASTER, 4)
    nbformat.write(honest, tmp_path / "honest.ipynb")
    attack, master = grading.grade([tmp_path], tmp_path / "out", timeout=2, jobs=2, memory=512 << 20)
    assert {q["id"]: q["status"] for q in attack["questions"]} == {
        "2.1": "ok", "2.2": "crashed", "2.3": "timeout", "2.4": "memory", "2.5": "wrong", "2.6": "no answer",
    }  # fmt: skip
    assert attack["score"] == 1 and attack["status"] == "crashed" and attack["graded"]
    assert master["score"] == 10


def test_every_missing_layer_is_named():
    reached, missing = sandbox.probe(LIMITS)
    assert sorted([*reached, *missing]) == sorted(sandbox.LAYERS)
    record = marking.mark_question(
        cases.spec("04_automatic_differentiation"), cases.spec("04_automatic_differentiation").question("4.4"),
        "def sweeps(n, m): return [n, m]", "s", LIMITS,
    )  # fmt: skip
    assert record["isolation"] == reached
