"""Getting about without a pointer."""

from playwright.sync_api import Locator, Page

FAR = 80  # presses; farther away nobody looks


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus. AssertionError when it is not reached."""
    for _ in range(FAR):
        page.keyboard.press("Tab")
        if target.evaluate("element => element.getRootNode().activeElement === element"):
            return
    raise AssertionError(f"Tab does not lead to {target}")
