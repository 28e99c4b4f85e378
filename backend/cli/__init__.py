"""The `ls-prompts` command: one file per group of commands. Data goes to stdout, talk to stderr."""
