"""`python -m backend` and `ls-prompts` are the same command."""

from backend.cli.root import main

if __name__ == "__main__":
    main()
