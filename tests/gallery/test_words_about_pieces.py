from django.utils.html import strip_tags

from gallery.models import Listing, Piece
from gallery.templatetags.music import clock, made_of, made_with
from gallery.templatetags.social import card_figures
from gallery.words import key_name
from musicsite.templatetags.icons import icon


def test_a_length_is_shown_as_players_show_it() -> None:
    assert [clock(0), clock(59.9), clock(83.4), clock(600)] == ["0:00", "0:59", "1:23", "10:00"]


def test_keys_carry_their_signs() -> None:
    assert [key_name("Eb major"), key_name("F# minor"), key_name("B minor"), key_name("")] == [
        "E♭ major",
        "F♯ minor",
        "B minor",
        "",
    ]


def test_a_recipe_is_told_in_names_and_values() -> None:
    recipe = {"seed": 7, "key": "D minor", "key_lock": True, "tempo": None, "metre": "6/8", "top_p": 0.95}
    rows = dict(made_with({**recipe, "temperature_pitch": 1.0, "temperature_rhythm": 0.8, "device": "cpu"}))
    assert rows == {
        "Seed": "7",
        "Key": "D minor, only notes of the scale",
        "Metre": "6/8",
        "Daring": "1 with pitch, 0.8 with rhythm",
        "Choice of notes": "the likeliest 95 %",
        "Made on": "cpu",
    }


def test_a_piece_without_a_recipe_has_nothing_to_tell() -> None:
    assert made_with({}) == []


def test_a_line_says_what_a_piece_is_as_far_as_that_is_known() -> None:
    generated = Piece(source="generated", style="chorale", seconds=83.4, bars=16)
    assert made_of(generated) == "Chorale · 1:23 · 16 bars"
    assert made_of(Piece(source="uploaded", seconds=2, bars=1)) == "uploaded · 0:02 · 1 bar"
    assert made_of(Piece(source="drawn", seconds=2, bars=1)) == "0:02 · 1 bar"


def test_a_card_counts_only_what_there_is() -> None:
    piece = Piece(model="rnn")
    assert strip_tags(card_figures(piece, None, 0)) == "RNN"
    one = Listing(n_ratings=1, best=3.25, n_comments=1, n_remixes=0)
    assert strip_tags(card_figures(piece, one, 1)) == "RNN3.3 (1)1 comment1 play"
    assert 'aria-label="Rated 3.3 of 5 by 1 listener"' in card_figures(piece, one, 0)
    many = Listing(n_ratings=12, best=4, n_comments=0, n_remixes=2)
    assert strip_tags(card_figures(Piece(), many, 30)) == "4.0 (12)2 remixes30 plays"


def test_an_icon_is_one_of_our_sprites() -> None:
    use = '<use href="/static/build/icons.svg#play"></use>'
    play = f'<svg class="icon icon-solid" aria-hidden="true">{use}</svg>'
    assert icon("play", "icon-solid") == play
    assert icon("<") == play.replace(" icon-solid", "").replace("#play", "#&lt;")
