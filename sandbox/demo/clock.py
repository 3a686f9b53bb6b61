"""`python -m sandbox.demo.clock FILE MODULE`: run a module whose clock can be moved forward.

`time.time` of the process runs ahead by the seconds written in the file, and so does whatever is
counted in days; timers and everything else keep true time.
"""

import runpy
import sys
import time
from collections.abc import Callable
from pathlib import Path


def ahead(file: Path) -> float:
    """Tell how far the clock of this file was moved."""
    try:
        return float(file.read_text())
    except (OSError, ValueError):
        return 0.0


def move(file: Path, seconds: float) -> None:
    """Move the clock of this file forward; it is never seen half written."""
    written = file.with_suffix(".new")
    written.write_text(str(ahead(file) + seconds))
    written.replace(file)


def moved(true_time: Callable[[], float], file: Path) -> Callable[[], float]:
    """Make a clock that runs ahead as the file says."""
    return lambda: true_time() + ahead(file)


if __name__ == "__main__":
    file, module = sys.argv[1:]
    time.time = moved(time.time, Path(file))
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
