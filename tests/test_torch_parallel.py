"""Two real processes under torchrun take the steps of one process."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
import torch

from gradnotes import torch_parallel
from gradnotes.optim import gradient_descent, sgd


def torchrun(folder, *options, processes=2):
    """Run the module under torchrun, on the loopback interface only; return its saved path."""
    env = {**os.environ, "GLOO_SOCKET_IFNAME": "lo", "OMP_NUM_THREADS": "1", "TORCH_CPP_LOG_LEVEL": "ERROR"}
    out = folder / "path.npz"
    command = [sys.executable, "-m", "torch.distributed.run", "--rdzv-backend", "c10d"]
    command += ["--rdzv-endpoint", "127.0.0.1:0", "--local-addr", "127.0.0.1", "--nproc-per-node", str(processes)]
    command += ["-m", "gradnotes.torch_parallel", "--out", str(out), *options]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr[-3000:]
    with np.load(out) as stored:
        assert int(stored["processes"]) == processes
        return stored["path"]


@pytest.mark.slow
def test_two_processes_take_the_full_batch_steps_of_one(tmp_path):
    path = torchrun(tmp_path, "--epochs", "20")  # 1281 rows: the two shares differ in size
    X, y = torch_parallel.problem(1281)
    single = gradient_descent(lambda w: X.T @ (X @ w - y) / len(y), np.zeros(5), lr=0.1, tol=0, max_steps=20)
    assert path.shape == (21, 5)
    np.testing.assert_allclose(path, single.x, rtol=1e-12, atol=1e-12)


@pytest.mark.slow
def test_two_processes_share_every_mini_batch(tmp_path):
    path = torchrun(tmp_path, "--rows", "101", "--batch-size", "10", "--epochs", "3")  # the last batch has one row
    X, y = torch_parallel.problem(101)

    def mean_gradient(w, rows):
        return X[rows].T @ (X[rows] @ w - y[rows]) / len(rows)

    single = sgd(mean_gradient, np.zeros(5), 101, lr=0.1, batch_size=10, epochs=3, rng=0)
    assert single.steps == 33
    np.testing.assert_allclose(path, single.x, rtol=1e-12, atol=1e-12)


def test_shares_hold_every_row_once_and_differ_by_at_most_one():
    for n in range(9):
        for processes in range(1, 5):
            shares = [torch_parallel.share(np.arange(n), rank, processes) for rank in range(processes)]
            assert sorted(np.concatenate(shares)) == list(range(n))
            assert max(map(len, shares)) - min(map(len, shares)) <= 1


def test_scaled_sums_average_to_the_mean_and_plain_means_do_not():
    g = np.array([1.0, 2.0, 6.0])
    shares = [torch_parallel.share(g, rank, 2) for rank in range(2)]
    assert np.mean([s.sum() * 2 / 3 for s in shares]) == pytest.approx(g.mean(), rel=1e-15)
    assert np.mean([s.mean() for s in shares]) != pytest.approx(g.mean(), rel=0.01)


def test_one_process_needs_no_network(tmp_path):
    """The engine in a group of one, through a file: the same steps."""
    torch.distributed.init_process_group("gloo", init_method=f"file://{tmp_path}/group", rank=0, world_size=1)
    try:
        X, y = torch_parallel.problem(30)
        model = torch.nn.Linear(5, 1, bias=False, dtype=torch.float64)
        torch.nn.init.zeros_(model.weight)
        arguments = (model, lambda z, t: (z[:, 0] - t) ** 2 / 2, torch.from_numpy(X), torch.from_numpy(y))
        path = torch_parallel.descend(*arguments, [np.arange(30)] * 6, lr=0.1)
        with pytest.raises(ValueError, match=r"lr must be > 0, got 0: .*start with"):
            torch_parallel.descend(*arguments, [], lr=0)
    finally:
        torch.distributed.destroy_process_group()
    single = gradient_descent(lambda w: X.T @ (X @ w - y) / 30, np.zeros(5), lr=0.1, tol=0, max_steps=6)
    np.testing.assert_allclose(path, single.x, rtol=1e-12, atol=1e-12)


def test_without_torchrun_it_says_how_to_start(capsys, monkeypatch, tmp_path):
    monkeypatch.delenv("RANK", raising=False)
    with pytest.raises(SystemExit):
        torch_parallel.main(["--out", str(tmp_path / "x.npz")])
    assert "torchrun --standalone" in capsys.readouterr().err
    with pytest.raises(RuntimeError, match="start with torchrun"):
        torch_parallel.descend(torch.nn.Linear(1, 1), None, None, None, [], lr=0.1)
    with pytest.raises(ValueError, match=r"rank must be from 0 to 1, got 2: one for each"):
        torch_parallel.share(np.arange(3), 2, 2)


def test_the_script_wants_a_file_for_the_path(capsys, monkeypatch):
    monkeypatch.setenv("RANK", "0")
    with pytest.raises(SystemExit):
        torch_parallel.main([])
    assert "required: --out" in capsys.readouterr().err


def test_the_problem_is_drawn_from_seed_three():
    X, y = torch_parallel.problem(4000)
    np.testing.assert_array_equal(X, np.random.default_rng(3).standard_normal((4000, 5)))
    np.testing.assert_allclose(np.linalg.lstsq(X, y, rcond=None)[0], [0.2, 0.4, 0.6, 0.8, 1.0], atol=0.05)
    assert abs(np.std(y - X @ [0.2, 0.4, 0.6, 0.8, 1.0]) - 0.5) < 0.02
