"""`python -m backend` and `ls-prompts` are the same command."""

from backend.early import end_with_a_sentence


def main() -> None:
    """Entry point. The command itself is imported here, when a signal has something to meet."""
    end_with_a_sentence()
    from backend.interfaces.cli.main import main as command

    command()


if __name__ == "__main__":
    main()
