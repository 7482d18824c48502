"""Weights files: what is read, and what is said of a file that cannot be."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from verify.commands.weights import read_exactly, read_weights


@pytest.mark.parametrize("shape", [(3,), (1, 3), (3, 1)])
def test_npy(tmp_path: Path, shape: tuple[int, ...]) -> None:
    np.save(tmp_path / "w.npy", np.array([0.5, -0.25, 2.0], np.float32).reshape(shape))
    assert read_weights(tmp_path / "w.npy").tolist() == [0.5, -0.25, 2.0]
    assert read_exactly(tmp_path / "w.npy") == [Fraction(1, 2), Fraction(-1, 4), 2]


@pytest.mark.parametrize(
    "text", ["0.1,-2,3e-1\n", "0.1\n-2\n\n3e-1\n", "0.1;-2;3e-1;\n", "\ufeff# header\n0.1, -2, 3e-1"]
)
def test_csv(tmp_path: Path, text: str) -> None:
    (tmp_path / "w.csv").write_text(text, encoding="utf-8")
    assert read_weights(tmp_path / "w.csv").tolist() == [0.1, -2.0, 0.3]
    assert read_exactly(tmp_path / "w.csv") == [Fraction(1, 10), -2, Fraction(3, 10)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0,25;0,5", ["1/4", "1/2"]),
        ("-0,25\t5e-1\n", ["-1/4", "1/2"]),
        ("0,125;1,250\r\n", ["1/8", "5/4"]),
        ("0.25 0.5   1\n", ["1/4", "1/2", "1"]),
        ("0,25;\n0,5;\n", ["1/4", "1/2"]),
        ("3, 4", ["3", "4"]),
        ("1,0,0", ["1", "0", "0"]),
        ("0e999999999,0.5", ["0", "1/2"]),
    ],
)
def test_separators_and_decimal_commas(tmp_path: Path, text: str, expected: list[str]) -> None:
    path = tmp_path / "w.csv"
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        path.write_text(text, encoding=encoding, newline="")
        assert read_exactly(path) == [Fraction(value) for value in expected]
        assert read_weights(path).tolist() == [float(Fraction(value)) for value in expected]


@pytest.mark.parametrize(
    "text",
    ["0,25", "3,4\n", "0,25, 0,5", "0,25,0,05", "1,000;2,000", "1.000,5;2", "0.25;0,5", "0.1;0.2,0.3", "1,2,3;4"],
)
def test_what_can_be_read_in_two_ways_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "w.csv").write_text(text, encoding="utf-8")
    for read in (read_weights, read_exactly):
        with pytest.raises(ValueError, match=r"w.csv, line 1: .*decimal.*; write decimals with points"):
            read(tmp_path / "w.csv")


@pytest.mark.parametrize("content", [[0.1, -2, 0.3], {"weights": [0.1, -2, 0.3]}, ["0.1", "-2", "0.3"]])
def test_json(tmp_path: Path, content: object) -> None:
    (tmp_path / "w.json").write_text(json.dumps(content), encoding="utf-8")
    assert read_weights(tmp_path / "w.json").tolist() == [0.1, -2.0, 0.3]
    assert read_exactly(tmp_path / "w.json")[0] == Fraction(1, 10)


BAD = [
    ("w.txt", "1\n", "suffix '.txt'; allowed: .npy, .csv, .json"),
    ("w.csv", "", "is empty"),
    ("w.csv", "# nothing\n", "holds no number"),
    ("w.csv", "1,2\n3,4\n", "is a table, 2 × 2"),
    ("w.csv", "0,25\n0,5\n", "write decimals with points, if these commas are decimal"),
    ("w.csv", "0,25 0,5\n", "line 1: '25 0' is not a number"),
    ("w.csv", "1\n1e-400\n", "line 2: '1e-400' is nonzero but 0 in float64"),
    ("w.csv", "1\n-1e999999999\n", "line 2: '-1e999999999' is not finite in float64"),
    ("w.csv", "1_000\n", "line 1: '1_000' is not a number"),
    ("w.csv", "1+2j\n", "line 1: '1+2j' is not a number"),
    ("w.csv", "0\0.\0005\0", "NUL characters; save it as UTF-8"),
    ("w.json", '["1/3"]', "entry 0: '1/3' is not a number"),
    ("w.csv", "1\ntwo\n", "line 2: 'two' is not a number"),
    ("w.csv", "1\nnan\n", "line 2: 'nan' is not finite"),
    ("w.csv", "1\n1e999\n", "line 2: '1e999' is not finite"),
    ("w.csv", "1,,2\n", "line 1: '' is not a number"),
    ("w.json", "[1, 2", "is no valid JSON"),
    ("w.json", '{"w": [1]}', 'object without "weights"'),
    ("w.json", "3", "holds a number; a list"),
    ("w.json", "[1, [2]]", "entry 1 is a list"),
    ("w.json", "[1, null]", "entry 1 is null"),
    ("w.json", "[1, NaN]", "entry 1: 'NaN' is not finite"),
    ("w.json", "[]", "holds no number"),
    ("w.json", "[0, 0.0]", "holds zeros alone; a vector with a direction is needed"),
    ("w.npy", "not an array", "is no readable .npy"),
]


@pytest.mark.parametrize(("name", "text", "complaint"), BAD)
def test_what_cannot_be_read_is_named(tmp_path: Path, name: str, text: str, complaint: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    for read in (read_weights, read_exactly):
        with pytest.raises(ValueError, match=f"weights file {path}") as error:
            read(path)
        assert complaint in str(error.value)


@pytest.mark.parametrize(
    ("array", "complaint"),
    [
        (np.ones((2, 2)), r"shape \(2, 2\)"),
        (np.ones((0,)), "holds no number"),
        (np.zeros(2), "holds zeros alone"),
        (np.array([1 + 2j]), "holds complex128"),
        (np.array(["1"]), "holds <U1"),
    ],
)
def test_arrays_that_are_no_vector_of_reals(tmp_path: Path, array: object, complaint: str) -> None:
    np.save(tmp_path / "w.npy", array)
    with pytest.raises(ValueError, match=complaint):
        read_weights(tmp_path / "w.npy")


def test_an_array_with_nan_or_an_archive_is_named(tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", np.array([1.0, np.nan]))
    with (tmp_path / "many.npy").open("wb") as file:
        np.savez(file, np.ones(2))
    for name, complaint in (("w.npy", "entry 1 is nan"), ("many.npy", "an archive of arrays")):
        with pytest.raises(ValueError, match=rf"{name}.*{complaint}"):
            read_weights(tmp_path / name)


def test_a_pickle_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match=r"no readable \.npy"):
        read_weights(tmp_path / "w.npy")


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="does not exist"):
        read_weights(tmp_path / "w.npy")
    (tmp_path / "d.npy").mkdir()
    with pytest.raises(ValueError, match="is a folder"):
        read_weights(tmp_path / "d.npy")
