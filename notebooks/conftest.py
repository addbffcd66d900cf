"""How the stored outputs are compared: nbval, strict, plus pictures with a tolerance and a quick word on a dead kernel.

Picked up by every `pytest --nbval notebooks/...`, also by the plain command without make.
"""

from __future__ import annotations

import os
from queue import Empty

import nbval.kernel
import nbval.plugin
import pytest
from pictures import picture, share_of

collect_ignore_glob = ["assignments/*"]  # a student copy is meant to raise; name one to run it all the same
CELL_TIMEOUT = 180.0  # seconds; nbval's own default is 2000
REPLY_POLL = 1.0
os.environ.setdefault("PYTHONUTF8", "1")
os.environ.setdefault("PYTHONHASHSEED", "0")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
os.environ.setdefault("TQDM_DISABLE", "1")
os.environ.setdefault("IPY_TEST_SIMPLE_PROMPT", "1")
os.environ.setdefault("PYTHONWARNINGS", "ignore::FutureWarning:torch.jit._script")  # torch 2.15 warns of itself


def pytest_configure(config):
    if config.option.nbval_cell_timeout == 2000:
        config.option.nbval_cell_timeout = CELL_TIMEOUT
    config.option.nbval_current_env = True


class KernelDied(RuntimeError):
    """The kernel's process ended while a cell ran."""


def _await_reply(self, msg_id, timeout=None):
    """Wait in short slices, so that a dead kernel is reported in a second and not after the whole time-out."""
    waited = 0.0
    while True:
        try:
            message = self.get_message(stream="shell", timeout=REPLY_POLL)
        except Empty:
            waited += REPLY_POLL
            if not self.is_alive():
                raise KernelDied("the kernel died while this cell ran (killed, out of memory or os._exit)") from None
            if timeout is not None and waited >= timeout:
                raise
            continue
        if message["parent_header"].get("msg_id") == msg_id:
            if message["content"]["status"] == "aborted":
                raise RuntimeError("the kernel aborted the request")
            return


def _with_pictures(outputs, share):
    for output in outputs:
        if "image/png" in output.get("data", {}):
            shown = picture(output["data"]["image/png"], share)
            output = type(output)({**output, "data": {**output["data"], "image/png": shown}})
        yield output


_compare = nbval.plugin.IPyNbCell.compare_outputs


def _compare_outputs(self, test, ref, skip_compare=None):
    skip = [key for key in (skip_compare or self.parent.skip_compare) if key != "image/png"]
    share = share_of(self.cell.metadata.get("tags", []))
    return _compare(self, list(_with_pictures(test, share)), list(_with_pictures(ref, share)), skip)


nbval.kernel.RunningKernel.await_reply = _await_reply
nbval.plugin.IPyNbCell.compare_outputs = _compare_outputs


def pytest_collection_modifyitems(config, items):
    """Chapters that need a data file which is not here are skipped with the reason; in CI they fail instead."""
    missing = None
    for item in items:
        cell = getattr(item, "cell", None)
        if cell is None or not item.path.name.startswith("19_"):
            continue
        missing = _missing_data() if missing is None else missing
        if missing and not os.environ.get("CI"):
            item.add_marker(pytest.mark.skip(reason=missing))


def _missing_data() -> str:
    from gradnotes import data

    try:
        data.parkinsons()
    except data.DataNotFound as reason:
        return str(reason)
    return ""
