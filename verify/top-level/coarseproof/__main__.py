"""The command line: `python -m coarseproof`."""

import sys

import coarseproof


def main() -> None:
    """Run a command; what stands in the way of them all is told in one line."""
    try:
        command = coarseproof._imported("verify.cli").main
    except ImportError as error:
        print(f"Error: {error}", file=sys.stderr)
        sys.exit(2)  # 1 is the code of a wrong claim
    command(prog_name="coarseproof")


if __name__ == "__main__":
    main()
