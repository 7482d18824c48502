"""Writing files so that a reader sees the old text or the new one, never half of either."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from difflib import unified_diff
from pathlib import Path
from typing import Final

_OF_THE_PATH: Final = frozenset(
    getattr(errno, name)
    for name in ("EACCES", "EPERM", "EROFS", "ENOENT", "ENOTDIR", "EISDIR", "EEXIST", "ENAMETOOLONG", "ELOOP", "EINVAL")
)
"""What another path would mend."""


class NotWrittenError(OSError, ValueError):
    """A file could not be written, and no other name for it would help: the disk is full, or broken."""


def write_atomically(path: Path, content: str | bytes) -> None:
    """Replace what `path` holds by `content` (text as UTF-8), keeping its mode.

    ValueError if nothing can be written at `path`; NotWrittenError, which is one too, if writing failed.
    """
    _refuse_impossible(path)
    data = content.encode("utf-8") if isinstance(content, str) else content
    with writing(path):
        if path.exists() and not path.is_file():  # a device or a pipe: there is nothing to replace
            path.write_bytes(data)
        else:  # write through a symbolic link instead of replacing it
            _replace(Path(os.path.realpath(path)), data)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """What the system refuses inside is told as of `write_atomically`."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        if error.errno in _OF_THE_PATH:
            raise ValueError(f"cannot write {path}: {reason}; free the path or name another one") from error
        raise NotWrittenError(f"cannot write {path}: {reason}") from error


def make_folder(folder: Path) -> None:
    """Make `folder`, if it is not there; errors as of `write_atomically`."""
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)


def _replace(target: Path, data: bytes) -> None:
    """Write beside the target, then rename: that is atomic within one file system only."""
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
    temporary = _beside(target)
    stream = temporary.open("xb")
    try:
        with stream:
            if mode is not None:
                temporary.chmod(mode)
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, target)
    except BaseException:  # KeyboardInterrupt too: the temporary file must not stay
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _beside(target: Path) -> Path:
    return target.with_name(f".{target.name[:100]}.{secrets.token_hex(8)}.tmp")


def _sync_folder(folder: Path) -> None:
    """Make the renaming itself durable, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network file systems cannot sync a folder
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check_writable(path: Path) -> None:
    """ValueError unless `path` could be written now; leaves nothing behind."""
    _refuse_impossible(path)
    if path.exists() and not path.is_file():
        return
    _probe(path, Path(os.path.realpath(path)))


def check_folder_writable(folder: Path) -> None:
    """ValueError unless files could be written into `folder`, which may still have to be made."""
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"cannot write into {folder}: it is a file; name a folder")
    nearest = next((path for path in (folder, *folder.parents) if path.exists()), folder)
    if not nearest.is_dir():
        raise ValueError(f"cannot make {folder}: {nearest} is a file; name another folder")
    _probe(folder, nearest / "any")  # the folder itself may have no name: "."


def _probe(named: Path, target: Path) -> None:
    """Permissions, full disks, read-only systems all show when a file is made: make one."""
    temporary = _beside(target)
    with writing(named):
        temporary.touch(exist_ok=False)
    temporary.unlink()


def _refuse_impossible(path: Path) -> None:
    if path.is_dir():
        raise ValueError(f"cannot write {path}: it is a folder; name a file in it")
    if not path.parent.is_dir():
        raise ValueError(f"cannot write {path}: there is no folder {path.parent}; make it first")
    if path.exists() and not os.access(path, os.W_OK):
        raise ValueError(f"cannot write {path}: it is read-only; change its mode or the name")


def holds(path: Path, text: str) -> bool:
    """Whether a file holds exactly this text, byte for byte."""
    return path.is_file() and path.read_bytes() == text.encode("utf-8")


def difference(path: Path, name: str, text: str) -> Iterator[str]:
    """The lines of a unified diff, from what the file holds to `text`; bytes that are not UTF-8 show as escapes."""
    held = path.read_bytes().decode("utf-8", errors="backslashreplace") if path.is_file() else ""
    for line in unified_diff(held.splitlines(keepends=True), text.splitlines(keepends=True), f"a/{name}", f"b/{name}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
