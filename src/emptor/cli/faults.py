"""How commands fail: one sentence on stderr, exit code 2 for what was asked wrongly, 1 for what could not be done."""

from __future__ import annotations

import sys
import traceback
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

WRONGLY_ASKED = 2
FAILED = 1
INTERRUPTED = 130


class Refused(Exception):
    """What was asked cannot be done; the message says why and what to do instead."""


class Commands(TyperGroup):
    """The tree of commands, whose faults end as sentences."""

    def main(self, args: Any = None, prog_name: Any = None, standalone_mode: bool = True, **extra: Any) -> Any:  # type: ignore[override]
        """Run the command that the arguments name."""
        if not standalone_mode:
            return super().main(args, prog_name, standalone_mode=False, **extra)
        try:
            code = super().main(args, prog_name, standalone_mode=False, **extra)
        except (KeyboardInterrupt, typer.Abort):
            _leave("Stopped.", INTERRUPTED)
        except BrokenPipeError:  # the reader has seen enough
            sys.stderr.close()
            sys.exit(0)
        except Exception as fault:
            _leave(*explained(fault))
        sys.exit(code if isinstance(code, int) else 0)


def _leave(sentence: str, code: int) -> NoReturn:
    if sentence:
        typer.echo(sentence, err=True)
    sys.exit(code)


def explained(fault: Exception) -> tuple[str, int]:
    """What to say about a fault, and the exit code."""
    if isinstance(fault, typer.TyperException):
        return _of_the_command_line(fault), fault.exit_code
    if isinstance(fault, Refused):
        return str(fault), FAILED
    if isinstance(fault, OSError):
        return f"{fault.filename or 'The system'}: {fault.strerror or fault}.", FAILED
    return _of_the_server(fault) or _unforeseen(fault)


def _of_the_command_line(fault: typer.TyperException) -> str:
    sentence = fault.format_message().strip()
    context = getattr(fault, "ctx", None)
    return f"{sentence.rstrip('.')}; see: {context.command_path} --help" if sentence and context else sentence


def _of_the_server(fault: Exception) -> tuple[str, int] | None:
    """Faults of the layers below, which are loaded only when they have been in use."""
    from sqlalchemy.exc import SQLAlchemyError

    from emptor.kit.errors import DomainError, Invalid
    from emptor.settings import BadSetting
    from emptor.store.engine import UnusableDatabase
    from emptor.store.migrate import WrongVersion

    if isinstance(fault, (BadSetting, UnusableDatabase)):
        return str(fault), WRONGLY_ASKED
    if isinstance(fault, Invalid):
        return " ".join(f"{place}: {sentence}" for place, sentence in fault.problems.items()), FAILED
    if isinstance(fault, (DomainError, WrongVersion)):
        return str(fault), FAILED
    driver = type(fault).__module__.partition(".")[0] in ("sqlite3", "psycopg", "psycopg_pool")
    if driver or isinstance(fault, SQLAlchemyError):
        reason = str(getattr(fault, "orig", None) or fault).strip().partition("\n")[0]
        return f"The database cannot do this: {reason}", FAILED
    return None


def _unforeseen(fault: Exception) -> tuple[str, int]:
    place = traceback.extract_tb(fault.__traceback__)[-1]
    where = f"{place.filename}:{place.lineno}"
    return f"This is a fault in Emptor, please report it: {type(fault).__name__} at {where}: {fault}", FAILED
