"""Small scripts of notebooks."""

from __future__ import annotations

from pathlib import Path

from verify.reading.notebooks.script import Script, read_script

ROOT = Path(__file__).parents[2]

HEAD = '"""A title\n\nWhat is asked?\n"""\n\n'
PLAIN = HEAD + "# %% [markdown]\n# Words about w*.\n\n# %% sum-of-two claims: N1\nx = 1 + 1\nprint(x)\n"
PICTURE = (
    HEAD
    + "# %% picture claims: N1 C3\nfrom verify.reading.notebooks.reading import panels, show\n"
    + 'figure, axes = panels()\naxes.plot([0, 1], [0, {height}], label="line")\nshow(figure, "A <line> rises.")\n'
)


def folder_of(path: Path, **scripts: str) -> Path:
    """A folder of scripts, by name without suffix."""
    path.mkdir(parents=True, exist_ok=True)
    for name, text in scripts.items():
        (path / f"{name}.py").write_text(text, encoding="utf-8")
    return path


def script_of(path: Path, text: str, name: str = "n01_trial") -> Script:
    return read_script(folder_of(path, **{name: text}) / f"{name}.py")
