"""`python -m backend` and `ls-prompts` are the same command."""

import gc

from backend.early import end_with_a_sentence


def main() -> None:
    """Entry point. The command itself is imported here, when a signal has something to meet. What is imported stays:
    the garbage collector need not look at it while it grows, nor again, which makes a start 70 ms shorter and a full
    collection 100 ms."""
    end_with_a_sentence()
    gc.set_threshold(100_000, 50, 100)
    from backend.interfaces.cli.main import main as command

    gc.freeze()
    command()


if __name__ == "__main__":
    main()
