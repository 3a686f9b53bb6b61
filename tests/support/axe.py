"""axe-core, which looks for what shuts people out of a page."""

from collections.abc import Mapping
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page

IS_THERE = "typeof axe !== 'undefined'"
# Whatever passes is half a megabyte for each page.
RUN = "options => axe.run(options).then(found => found.violations)"


async def violations(page: Page, options: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what axe, with these options of its own, finds wrong with what is shown now."""
    if not await page.evaluate(IS_THERE):
        await page.evaluate(AXE_SCRIPT)
    found: list[dict[str, Any]] = await page.evaluate(
        RUN, {"resultTypes": ["violations"], **options}
    )
    return found
