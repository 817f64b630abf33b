"""Signing up, in and out, by the forms that people see."""

import secrets

from playwright.sync_api import Page, expect

PASSWORD = "four notes that repeat"


def new_name(name: str) -> str:
    """A name that nobody has: it begins with `name`."""
    return f"{name}-{secrets.token_hex(3)}"


def sign_up(page: Page, name: str) -> None:
    """From a stranger or guest to a member. Ends on the library."""
    page.goto("/accounts/signup/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_role("heading", name="My pieces")).to_be_visible()


def try_to_sign_in(page: Page, name: str, password: str) -> None:
    """Fill the form and send it; the caller says what should come of it."""
    page.goto("/accounts/login/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def sign_out(page: Page) -> None:
    """By the menu. Ends on the home page."""
    page.get_by_label("Your account").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Make some music")).to_be_visible()


def expect_signed_in(page: Page, name: str) -> None:
    """The menu greets who is signed in."""
    page.get_by_label(f"Your account, {name}").click()
    expect(page.get_by_text(f"Signed in as {name}", exact=True)).to_be_visible()


def delete_account(page: Page, name: str) -> None:
    """By the settings. Ends on the receipt."""
    page.goto("/settings/")
    page.get_by_role("link", name="Delete the account").click()
    page.get_by_label("Your name, to confirm").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Delete everything").click()
    expect(page.get_by_role("heading", name="Your account is deleted")).to_be_visible()
