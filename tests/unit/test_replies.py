"""What Kkachi says on Discord, where that is no journey."""

from bot.discord.limits import EMBED_DESCRIPTION
from bot.discord.replies import fitting


def test_few_lines_stay_as_they_are() -> None:
    assert fitting(["- 하나", "- 둘"]) == "- 하나\n- 둘"
    full = ["가" * (EMBED_DESCRIPTION - 3), "나", ""]
    assert fitting(full) == "\n".join(full)


def test_of_too_many_lines_whole_ones_are_shown() -> None:
    lines = [f"- <#{number:018}> 까치가 울면" for number in range(500)]
    shown = fitting(lines)
    assert len(shown) <= EMBED_DESCRIPTION
    *kept, more = shown.splitlines()
    assert more == "…"
    assert kept == lines[: len(kept)]
    assert len("\n".join([*kept, lines[len(kept)], more])) > EMBED_DESCRIPTION
