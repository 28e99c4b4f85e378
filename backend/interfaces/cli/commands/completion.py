"""The command completion: what the Tab key needs to know, for the shells that there are."""

import click
from click.shell_completion import get_completion_class

PROGRAM, VARIABLE = "ls-prompts", "_LS_PROMPTS_COMPLETE"
"""The command, and the variable by which the shell asks it for words (click's own protocol)."""
WHOLE_TAGS = "COMP_WORDBREAKS=${COMP_WORDBREAKS//@}\n"
"""bash takes sentiment@2 for three words without this."""


@click.command()
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print a script that completes commands, options, prompts and versions with the Tab key.

    In bash, add this line to ~/.bashrc: eval "$(ls-prompts completion bash)". In zsh, the same with zsh, to ~/.zshrc
    after compinit.

    \b
    ls-prompts completion fish > ~/.config/fish/completions/ls-prompts.fish
    """
    shell_class = get_completion_class(shell)
    if shell_class is None:
        raise click.UsageError(f"There is no completion for {shell}.")
    script = shell_class(context.find_root().command, {}, PROGRAM, VARIABLE).source()
    click.echo((WHOLE_TAGS if shell == "bash" else "") + script)
