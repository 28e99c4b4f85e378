"""`python -m backend` and `ls-prompts` are the same command."""

import gc

from backend.early import end_with_a_sentence


def main() -> None:
    """Entry point. The command itself is imported here, when a signal has something to meet. What is imported stays:
    the garbage collector need not look at it again, which makes a full collection 100 ms shorter."""
    end_with_a_sentence()
    from backend.interfaces.cli.main import main as command

    gc.freeze()
    command()


if __name__ == "__main__":
    main()
