from gallery.templatetags.music import clock, made_with
from gallery.words import key_name


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
