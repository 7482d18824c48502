"""Writing files so that a reader sees the old text or the new one, never half of either."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path

__all__ = ["check_folder_writable", "check_writable", "write_atomically"]


def write_atomically(path: Path, text: str) -> None:
    """Replace what `path` holds by `text` (UTF-8), keeping its mode; else ValueError."""
    _refuse_impossible(path)
    data = text.encode("utf-8")
    try:
        if path.exists() and not path.is_file():  # a device or a pipe: there is nothing to replace
            path.write_bytes(data)
        else:  # write through a symbolic link instead of replacing it
            _replace(Path(os.path.realpath(path)), data)
    except OSError as error:
        raise _cannot_write(path, error) from error


def _replace(target: Path, data: bytes) -> None:
    """Write beside the target, then rename: that is atomic within one file system only."""
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else None
    temporary, descriptor = _open_beside(target)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            if mode is not None:
                temporary.chmod(mode)
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, target)
    except BaseException:  # KeyboardInterrupt too: the temporary file must not stay
        with suppress(FileNotFoundError):
            temporary.unlink()
        raise
    _sync_folder(target.parent)


def _open_beside(target: Path) -> tuple[Path, int]:
    """A new, empty file in the folder of `target`, with the mode an ordinary new file has."""
    temporary = target.with_name(f".{target.name[:100]}.{secrets.token_hex(8)}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return temporary, os.open(temporary, flags, 0o666)


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
    nearest = folder
    while not nearest.exists() and nearest != nearest.parent:
        nearest = nearest.parent
    if not nearest.is_dir():
        raise ValueError(f"cannot make {folder}: {nearest} is a file; name another folder")
    _probe(folder, nearest / folder.name)


def _probe(named: Path, target: Path) -> None:
    """Permissions, full disks, read-only systems all show when a file is made: make one."""
    try:
        temporary, descriptor = _open_beside(target)
    except OSError as error:
        raise _cannot_write(named, error) from error
    os.close(descriptor)
    temporary.unlink()


def _refuse_impossible(path: Path) -> None:
    if path.is_dir():
        raise ValueError(f"cannot write {path}: it is a folder; name a file in it")
    if not path.parent.is_dir():
        raise ValueError(f"cannot write {path}: there is no folder {path.parent}; make it first")
    if path.exists() and not os.access(path, os.W_OK):
        raise ValueError(f"cannot write {path}: it is read-only; change its mode or the name")


def _cannot_write(path: Path, error: OSError) -> ValueError:
    reason = error.strerror or str(error)
    return ValueError(f"cannot write {path}: {reason}; free the path or name another one")
