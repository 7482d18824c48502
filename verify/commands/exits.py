"""How commands end other than by what they found: the exit codes that the command line gives to errors."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import Any, Final

import click
from click.exceptions import Exit

from verify.extras import remedy

INPUT_OUTPUT: Final = 74
"""EX_IOERR of sysexits.h."""

INTERRUPTED: Final = 130


class _Failure(click.ClickException):
    """A mistake of the user's, told in one line."""

    exit_code = 2

    def __init__(self, said: object) -> None:
        super().__init__(" ".join(str(said).split()))


class _Refusal(_Failure):
    """What the system refuses to read or to write."""

    exit_code = INPUT_OUTPUT


@contextmanager
def _told() -> Iterator[None]:
    """ValueError and an extra not installed: one line and exit code 2; what the system refuses: 74; Ctrl-C: 130.

    Bugs keep their traceback.
    """
    try:
        yield
    except OSError as error:
        said = f"{error.filename or 'standard output'}: {error.strerror}" if error.strerror else error
        raise _Refusal(said) from error
    except (ValueError, MemoryError) as error:  # of memory too a user can ask for too much
        raise _Failure(error) from error
    except OverflowError as error:
        raise _Failure(f"the numbers given lead out of the range of float64 ({error}); scale them") from error
    except ModuleNotFoundError as error:
        raise _Failure(remedy(error)) from error
    except KeyboardInterrupt:
        click.echo("Interrupted.", err=True)
        raise Exit(INTERRUPTED) from None


class Group(click.Group):
    """Errors, which `_told` tells, have exit codes of their own: that of a wrong claim, 1, is for wrong claims."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run the command. Click's own exit code for a closed pipe would be 1."""
        # Closed ones (`>&-`): results must fail to print, errors not be printed among them, no file get such a number.
        for name, mode in (("stdout", os.O_RDONLY), ("stderr", os.O_WRONLY)):
            if getattr(sys, name) is None:
                setattr(sys, name, os.fdopen(os.open(os.devnull, mode), "w", encoding="utf-8"))
        for stream in (sys.stdout, sys.stderr):  # a terminal that lacks θ shows "?", not a traceback
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="replace")
        try:
            return super().main(*args, **extra)
        except OSError:  # standard error cannot be written either
            sys.exit(INPUT_OUTPUT)
        finally:
            _forget_unwritten()

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Parse, which may already print: help, version."""
        with _told():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        with _told():
            return super().invoke(ctx)


def _forget_unwritten() -> None:
    """What a stream could not take is told by now; at exit Python would try again, and exit with 120."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _interrupt(*call: Any) -> None:
    """What Ctrl-C does at this moment (asyncio has a handler of its own), even where Ctrl-C itself is ignored."""
    handler = signal.getsignal(signal.SIGINT)
    (handler if callable(handler) else signal.default_int_handler)(*call)


@contextmanager
def terminable() -> Iterator[None]:
    """Treat a polite kill like Ctrl-C, so that it stops workers and kernels as well."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
