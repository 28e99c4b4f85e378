"""`python -m backend` and `ls-prompts` are the same command."""

import gc

from backend.early import GARBAGE, end_with_a_sentence, importing


def main() -> None:
    """Entry point. The command itself is imported here, when a signal has something to meet."""
    end_with_a_sentence()
    gc.set_threshold(*GARBAGE)
    with importing():
        from backend.interfaces.cli.main import main as command

    try:
        command()
    finally:
        gc.freeze()  # at its end Python looks for garbage once more: a fifth of a second, and all of it ends anyway


if __name__ == "__main__":
    main()
