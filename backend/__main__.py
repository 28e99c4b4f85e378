"""`python -m backend` and `ls-prompts` are the same command."""

from backend.interfaces.cli.main import main

if __name__ == "__main__":
    main()
