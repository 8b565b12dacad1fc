"""python -m camu_core: exit 0 on success, 1 when a run failed or nobody reads what is printed any more, 2 on a bad
request, 130 when interrupted."""

import argparse
import os
import sys

from camu_core import __version__
from camu_core.commands import COMMANDS
from camu_core.errors import CamuError, RequestError

_BAD_REQUEST, _FAILED, _INTERRUPTED = 2, 1, 130


def main(argv: list[str] | None = None) -> int:
    """Parse `argv`, do what it says, and return the exit status."""
    try:
        try:
            arguments = _parser().parse_args(argv)
            COMMANDS[arguments.command].run(arguments)
        finally:
            sys.stdout.flush()  # also after --help, which ends the program
    except BrokenPipeError:  # a reader such as `head` is gone; Python's own flush at the end must not fail again
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _FAILED
    except CamuError as error:
        print(f"camu_core: {error}", file=sys.stderr)
        return _BAD_REQUEST if isinstance(error, RequestError) else _FAILED
    except KeyboardInterrupt:
        print("camu_core: interrupted; what is finished is kept, ask again to go on.", file=sys.stderr)
        return _INTERRUPTED
    return 0


def _parser() -> argparse.ArgumentParser:
    """Raises: MethodFileError, since help names every method."""
    parser = argparse.ArgumentParser(
        prog="python -m camu_core", description="Make a neural network forget, and see it."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, module in COMMANDS.items():
        summary, *_ = (module.__doc__ or name).splitlines()
        module.add_arguments(commands.add_parser(name, help=summary, description=summary))
    return parser


if __name__ == "__main__":
    sys.exit(main())
