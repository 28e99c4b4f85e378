"""The command line `ls-prompts`."""
