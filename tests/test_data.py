"""The data sets: golden values, and a file that is refused unless it is byte for byte the right one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pooch
import pytest
from scipy.optimize import minimize

from gradnotes import data
from gradnotes.data import DataNotFound, parkinsons, study_hours

GOLDEN = json.loads((Path(__file__).parent / "golden.json").read_text(encoding="utf-8"))["values"]


def refuse_network(*args, **kwargs):
    raise ConnectionError("no network in tests")


@pytest.fixture
def offline(monkeypatch, tmp_path):
    """No variable, an empty cache, and a network that must not be touched."""
    monkeypatch.delenv("GRADNOTES_DATA", raising=False)
    monkeypatch.setattr(pooch, "os_cache", lambda name: tmp_path / "cache" / name)
    monkeypatch.setattr(pooch, "retrieve", refuse_network)
    return monkeypatch


@pytest.fixture
def file(monkeypatch):
    """The real file where there is a copy; else skip with the three ways, but never in CI."""
    monkeypatch.setattr(pooch, "retrieve", refuse_network)
    try:
        found = data._locate(None)
    except DataNotFound as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
    return found


# --- study hours --------------------------------------------------------------------------------------------


def test_study_hours_are_twenty_sorted_students():
    table = study_hours()
    assert table.shape == (20, 2) and list(table.columns) == ["hours", "passed"]
    assert table.passed.sum() == 10 and table.hours.dtype == float
    assert table.hours.is_monotonic_increasing


def test_the_misprint_is_one_row():
    right, printed = study_hours(), study_hours(as_printed=True)
    assert np.flatnonzero(right.hours != printed.hours).tolist() == [11]
    assert (right.hours[11], printed.hours[11], right.passed[11]) == (3.0, 4.0, 0)
    assert not printed.hours.is_monotonic_increasing


@pytest.mark.parametrize("as_printed", [False, True])
def test_the_maximum_likelihood_line_is_the_golden_one(as_printed):
    golden = GOLDEN["LOGIT.study_as_printed" if as_printed else "LOGIT.study_corrected"]["value"]
    table = study_hours(as_printed)
    x, y = table.hours.to_numpy(), table.passed.to_numpy()

    def nll(w):
        z = w[0] + w[1] * x
        return np.sum(np.logaddexp(0, z) - y * z)

    found = minimize(nll, [0.0, 0.0], method="BFGS", options={"gtol": 1e-7})
    np.testing.assert_allclose(found.x, [float(golden["intercept"]), float(golden["slope"])], rtol=1e-5)
    assert -found.fun == pytest.approx(float(golden["loglik"]), rel=1e-10)


# --- the file of the case study -----------------------------------------------------------------------------


def test_the_file_has_195_recordings_of_32_people(file):
    X, y, subject, names = parkinsons(file)
    assert X.shape == (195, 22) and X.dtype == float and np.isfinite(X).all()
    assert np.bincount(y).tolist() == [48, 147]
    people, takes = np.unique(subject, return_counts=True)
    assert len(people) == 32 and np.bincount(takes).tolist() == [0] * 6 + [29, 3]
    assert all(len(set(y[subject == person])) == 1 for person in people)
    assert sum(y[subject == person][0] == 0 for person in people) == 8
    assert len(names) == 22 and names[0] == "MDVP:Fo(Hz)" and "status" not in names
    assert X[:, names.index("MDVP:Fhi(Hz)")].max() == pytest.approx(592.03)


def test_a_path_may_be_the_file_or_its_folder_and_wins_over_the_variable(file, offline):
    offline.setenv("GRADNOTES_DATA", "no/such/folder")
    assert parkinsons(file).X.shape == parkinsons(file.parent).X.shape == (195, 22)


def test_the_variable_names_a_folder_and_wins_over_the_cache(file, offline, tmp_path):
    offline.setenv("GRADNOTES_DATA", str(file.parent))
    assert len(parkinsons().y) == 195
    offline.setenv("GRADNOTES_DATA", str(tmp_path))
    with pytest.raises(DataNotFound, match=r"GRADNOTES_DATA names a folder without parkinsons.data"):
        parkinsons()


@pytest.mark.parametrize(
    "damage",
    [
        lambda b: b[:-1],
        lambda b: b[: len(b) // 2],
        lambda b: b.replace(b"\r\n", b"\n"),
        lambda b: b.replace(b"phon_R01_S01_1,119", b"phon_R01_S01_1,118"),
        lambda b: b"",
    ],
    ids=["last byte", "half", "line ends", "one digit", "empty"],
)
def test_a_changed_or_truncated_file_is_refused(file, tmp_path, damage):
    copy = tmp_path / "parkinsons.data"
    copy.write_bytes(damage(file.read_bytes()))
    with pytest.raises(ValueError, match=r"must have SHA-256 a36116c2deac.*, got .*changed or cut off"):
        parkinsons(copy)
    with pytest.raises(ValueError, match="changed or cut off"):
        parkinsons(tmp_path)


def test_a_wrong_path_is_named():
    with pytest.raises(DataNotFound, match=r"no file at nowhere/parkinsons.data: give the path"):
        parkinsons("nowhere/parkinsons.data")


def test_the_variable_finds_a_file_and_looks_at_its_checksum(offline, tmp_path):
    (tmp_path / "parkinsons.data").write_text("name\n")
    offline.setenv("GRADNOTES_DATA", str(tmp_path))
    with pytest.raises(ValueError, match="changed or cut off"):
        data.parkinsons()
    offline.setenv("GRADNOTES_DATA", str(tmp_path / "no"))
    with pytest.raises(DataNotFound, match=r"GRADNOTES_DATA names a folder without parkinsons.data"):
        data.parkinsons()


def test_offline_without_a_copy_the_error_names_the_three_ways(offline):
    with pytest.raises(DataNotFound) as failure:
        parkinsons()
    message = str(failure.value)
    assert "Three ways" in message and "ConnectionError" in message
    assert all(way in message for way in ("parkinsons(path=", "GRADNOTES_DATA", "connect once", data.PARKINSONS_URL))


def zipped(member: str, content: bytes):
    def retrieve(url, known_hash, fname, path):
        assert url == data.PARKINSONS_URL
        archive = Path(path) / fname
        with zipfile.ZipFile(archive, "w") as out:
            out.writestr("telemonitoring/parkinsons_updrs.data", "other")
            out.writestr(member, content)
        return str(archive)

    return retrieve


def test_a_download_is_checked_cached_and_not_repeated(file, offline, tmp_path):
    genuine = file.read_bytes()
    offline.setattr(pooch, "retrieve", zipped("parkinsons.data", genuine))
    assert len(parkinsons().y) == 195
    assert (tmp_path / "cache/gradnotes/parkinsons.data").read_bytes() == genuine
    offline.setattr(pooch, "retrieve", refuse_network)
    assert len(parkinsons().y) == 195


def test_a_wrong_download_is_refused_and_not_kept(offline, tmp_path):
    offline.setattr(pooch, "retrieve", zipped("parkinsons.data", b"name,status\n"))
    with pytest.raises(ValueError, match=r"in the archive from https.* must have SHA-256"):
        parkinsons()
    offline.setattr(pooch, "retrieve", zipped("something.else", b""))
    with pytest.raises(DataNotFound, match="KeyError"):
        parkinsons()
    assert not (tmp_path / "cache").exists()


def test_importing_the_module_loads_no_pandas():
    code = "import sys, gradnotes.data; print('pandas' in sys.modules, 'pooch' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["False", "False"]
