"""The command line: `python -m bot`, or `kkachi`."""

import gc
from collections.abc import Mapping
from functools import partial
from pkgutil import resolve_name
from typing import Annotated

import typer

from bot.env_files import ENV_FILE, settings_file
from bot.garbage import uncollected

# Where each command is and what it says of itself: none is imported but the one that is called.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "run": ("run:run", "Run Kkachi until it is told to stop."),
    "setup": (
        "setup:setup",
        "Ask for the settings of a first start, write them into .env, and look until all is well.",
    ),
    "doctor": (
        "doctor:doctor",
        "Look at everything Kkachi needs, and say what to do where something is wrong.",
    ),
    "sync": ("run:sync", "Register the slash commands and menus at Discord."),
    "keys": ("keys:cli", "The keys that seal the Kakao tokens."),
    "backup": (
        "backup:backup",
        "Copy the database into a file while Kkachi runs, and check the copy.",
    ),
    "restore": (
        "backup:restore",
        "Put a backup in the database's place while Kkachi is stopped.",
    ),
    "move": (
        "move:move",
        "Copy the SQLite database to a PostgreSQL while Kkachi is stopped, and compare every row.",
    ),
    "reload": ("reload:reload", "Load one cog anew while Kkachi runs."),
    "unlink": ("unlink:unlink", "End a member's KakaoTalk link, at Kakao too, and tell them."),
    "match": (
        "match:match",
        'Print each line with "hit": whether its text has the keyword as a word.',
    ),
}
# Drawing frames around the help takes longer than all the rest of it.
plain = partial(
    typer.Typer, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
)
HANDED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}

cli = plain()


@cli.callback(invoke_without_command=True)
def default(
    context: typer.Context,
    env_file: Annotated[
        str, typer.Option(metavar="FILE", help="The settings that the environment does not hold.")
    ] = ENV_FILE,
) -> None:
    """Carry what matters in a Discord server to KakaoTalk."""
    settings_file.set(env_file)
    if context.invoked_subcommand is None:
        command("run")([])


def command(name: str) -> typer.Typer:
    """Import a command."""
    with uncollected():
        found = resolve_name(f"bot.cli.{COMMANDS[name][0]}")
        # What is imported stays: no message is to wait while it is searched for garbage.
        gc.freeze()
    if isinstance(found, typer.Typer):
        return found
    alone = plain()
    alone.command()(found)
    return alone


def main() -> None:
    """Read the command line."""
    cli()


def _hand_on(context: typer.Context) -> None:
    command(str(context.info_name))(context.args, prog_name=context.command_path)


for _name, (_, _says) in COMMANDS.items():
    cli.command(_name, help=_says, add_help_option=False, context_settings=HANDED_ON)(_hand_on)

if __name__ == "__main__":
    main()
