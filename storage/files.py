"""Where a SQLite database lies, and whether there was one before."""

import logging
import os
from contextlib import suppress
from pathlib import Path

logger = logging.getLogger(__name__)

OWNER_ONLY = 0o600
NOTE = """Kkachi has made {file}. While this note lies here, it makes no other in its place:
where it is gone, its disk is not mounted, or worse. Remove this note to begin anew.
"""


def real_path(name: str) -> Path:
    """Return a file's one true path, by whichever links and relative ways it is named."""
    return Path(os.path.realpath(name))


def make_file(path: Path) -> None:
    """Make a database's file, and its folder, if there never was one; else raises OSError."""
    if path.exists():
        _check_names(path)
        return
    note = _note_of(path)
    if note.exists():
        raise FileNotFoundError(
            f"{path} is gone, though Kkachi has run there before; "
            f"bring it back (is its disk mounted?), or remove {note} to begin anew"
        )
    if not path.parent.parent.is_dir():
        raise FileNotFoundError(
            f"there is no folder {path.parent.parent}; Kkachi makes only the last one by itself"
        )
    path.parent.mkdir(exist_ok=True)
    path.touch(mode=OWNER_ONLY)
    logger.warning("there was no database yet, so a new one was made: %s", path)


def leave_note(path: Path) -> None:
    """Note that there is a database now, beside its folder: that is what may vanish.

    Whoever may not write there could not make the folder anew either.
    """
    note = _note_of(path)
    with suppress(OSError):
        if not note.exists():
            note.write_text(NOTE.format(file=path), encoding="utf-8")


def _note_of(path: Path) -> Path:
    return path.parent.with_name(f".{path.parent.name}.{path.name}")


def _check_names(path: Path) -> None:
    """Refuse a hard link: SQLite keeps a log beside each name, and a lock on one is not seen."""
    if path.stat().st_nlink > 1:
        raise OSError(f"{path} has a second name (a hard link); SQLite files must have one only")
