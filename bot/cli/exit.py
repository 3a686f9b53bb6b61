"""How a command ends that cannot do what it was asked for."""

import sys
from typing import NoReturn

import typer

# Whoever starts Kkachi by itself tries again after 1, and not after 2.
TROUBLE, OPERATOR_MISTAKE = 1, 2


def give_up(*lines: str, status: int = OPERATOR_MISTAKE) -> NoReturn:
    """End with these lines on standard error: by a mistake of the operator's, or a trouble."""
    for line in lines:
        typer.echo(line, err=True)
    sys.exit(status)
