"""Which device a tensor lives on: asked for by name, by the environment, or the best one that is here."""

from __future__ import annotations

import os

import torch

__all__ = ["pick_device"]


def pick_device(name: str | torch.device | None = None, dtype: torch.dtype | None = None) -> torch.device:
    """The device to compute on: `name`, else the variable ``GRADNOTES_DEVICE``, else what is there.

    "What is there" means CUDA before MPS before the CPU. A device that was asked for is never replaced in
    silence by another one.

    Parameters
    ----------
    name : str, torch.device or None
        ``"cpu"``, ``"cuda"``, ``"cuda:1"`` or ``"mps"``.
    dtype : torch.dtype or None
        What will be stored there. MPS has no float64: asked for by name that is an error, otherwise the CPU
        is taken instead.

    Returns
    -------
    torch.device

    Raises
    ------
    ValueError
        If the name is no device, the device is not on this machine, or float64 is asked of MPS.

    Examples
    --------
    >>> pick_device("cpu")
    device(type='cpu')
    >>> pick_device("tpu")
    Traceback (most recent call last):
    ...
    ValueError: device must be cpu, cuda, cuda:<index> or mps, got 'tpu': change the argument
    """
    asked, source = (name, "change the argument") if name is not None else _from_environment()
    if asked is None:
        return _best(dtype)
    text = str(asked)
    kind, _, index = text.partition(":")
    if kind not in ("cpu", "cuda", "mps") or not (index == "" or index.isdecimal()) or text.endswith(":"):
        raise ValueError(f"device must be cpu, cuda, cuda:<index> or mps, got {text!r}: {source}")
    missing = _why_missing(kind, int(index or 0))
    if missing:
        raise ValueError(f"device {text!r} is not here: {missing}; {source}, or ask for 'cpu'")
    if kind == "mps" and dtype == torch.float64:
        raise ValueError("device 'mps' cannot hold float64: use float32 there, or ask for 'cpu'")
    return torch.device("cpu" if kind == "cpu" else text)


def _from_environment() -> tuple[str | None, str]:
    return os.environ.get("GRADNOTES_DEVICE") or None, "change the variable GRADNOTES_DEVICE"


def _why_missing(kind: str, index: int) -> str:
    """Nothing if the device can be used, else the reason."""
    if kind == "cuda":
        if not torch.cuda.is_available():
            return "torch sees no CUDA device"
        if index >= torch.cuda.device_count():
            return f"torch sees {torch.cuda.device_count()} CUDA device(s), counted from 0"
    if kind == "mps" and not torch.backends.mps.is_available():
        return "torch sees no MPS device"
    if kind != "cuda" and index > 0:
        return f"there is one {kind} device only"
    return ""


def _best(dtype) -> torch.device:
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available() and dtype != torch.float64:
        return torch.device("mps")
    return torch.device("cpu")
