"""An account from its first minute to its last."""

import re

from playwright.sync_api import Page, expect

from tests.browser.people import (
    PASSWORD,
    delete_account,
    expect_signed_in,
    new_name,
    sign_out,
    sign_up,
    try_to_sign_in,
)


def test_a_stranger_signs_up_signs_out_and_in_again(page: Page) -> None:
    name = new_name("clara")
    sign_up(page, name)
    sign_out(page)
    try_to_sign_in(page, name, PASSWORD)
    expect_signed_in(page, name)


def test_a_wrong_password_is_refused_and_the_name_stays(page: Page, alice: str) -> None:
    sign_out(page)
    try_to_sign_in(page, alice, "not the one")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value(alice)


def test_a_taken_name_is_refused_beside_its_field(page: Page, alice: str) -> None:
    sign_out(page)
    page.goto("/accounts/signup/")
    page.get_by_label("Name").fill(alice)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    expect(page.get_by_label("Name")).to_have_accessible_description(re.compile("already"))


def test_a_member_changes_the_password(page: Page, alice: str) -> None:
    page.goto("/settings/")
    page.get_by_role("link", name="Change the password").click()
    page.get_by_label("The password now", exact=True).fill(PASSWORD)
    page.get_by_label("The new password", exact=True).fill("another four notes")
    page.get_by_label("The new one again", exact=True).fill("another four notes")
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_text("Your password is changed")).to_be_visible()
    sign_out(page)
    try_to_sign_in(page, alice, "another four notes")
    expect_signed_in(page, alice)


def test_a_deleted_account_takes_its_pieces_along_and_leaves_a_receipt(
    page: Page, alice: str, piece: str
) -> None:
    delete_account(page, alice)
    expect(page.get_by_role("definition").nth(0)).to_have_text(alice)
    expect(page.get_by_role("definition").nth(2)).to_have_text("1")
    assert page.request.get(f"/pieces/{piece}/").status == 404
    try_to_sign_in(page, alice, PASSWORD)
    expect(page.get_by_role("alert")).to_be_visible()
