"""The styles' names in the reader's language. generator.music knows no Django: its words are marked here."""

from typing import NamedTuple

from django.utils.translation import gettext, gettext_noop

from generator.music.styles import STYLES

MARKED = (
    gettext_noop("Chorale"),
    gettext_noop("Four voices in the manner of Bach: soprano, alto, tenor, bass."),
    gettext_noop("Folk tune"),
    gettext_noop("A reel, jig or waltz: one melody over plain chords."),
    gettext_noop("Pop piano"),
    gettext_noop("A sung melody with a piano under it, as in a slow pop song."),
)


# What generator.music.key names, as musicians write it.
KEY_NAMES = (
    gettext_noop("C major"),
    gettext_noop("C♯ major"),
    gettext_noop("D♭ major"),
    gettext_noop("D major"),
    gettext_noop("D♯ major"),
    gettext_noop("E♭ major"),
    gettext_noop("E major"),
    gettext_noop("F major"),
    gettext_noop("F♯ major"),
    gettext_noop("G♭ major"),
    gettext_noop("G major"),
    gettext_noop("G♯ major"),
    gettext_noop("A♭ major"),
    gettext_noop("A major"),
    gettext_noop("A♯ major"),
    gettext_noop("B♭ major"),
    gettext_noop("B major"),
    gettext_noop("C minor"),
    gettext_noop("C♯ minor"),
    gettext_noop("D♭ minor"),
    gettext_noop("D minor"),
    gettext_noop("D♯ minor"),
    gettext_noop("E♭ minor"),
    gettext_noop("E minor"),
    gettext_noop("F minor"),
    gettext_noop("F♯ minor"),
    gettext_noop("G♭ minor"),
    gettext_noop("G minor"),
    gettext_noop("G♯ minor"),
    gettext_noop("A♭ minor"),
    gettext_noop("A minor"),
    gettext_noop("A♯ minor"),
    gettext_noop("B♭ minor"),
    gettext_noop("B minor"),
)


# What the variational networks draw or make of a piece.
VAE_TITLES = {
    "tune": gettext_noop("Tune"),
    "phrase": gettext_noop("Phrase"),
    "groove": gettext_noop("Groove"),
    "beat": gettext_noop("Beat"),
    "trio": gettext_noop("Trio"),
    "variation": gettext_noop("Variation"),
    "blend": gettext_noop("Blend"),
}


def style_title(name: str) -> str:
    """What a style is called; empty for music that no model made."""
    style = STYLES.get(name)
    if style:
        return gettext(style.title)
    return gettext(VAE_TITLES[name]) if name in VAE_TITLES else name.capitalize()


def style_description(name: str) -> str:
    """A line about a style."""
    style = STYLES.get(name)
    return gettext(style.description) if style else ""


def key_name(key: str) -> str:
    """ "Eb major" as musicians write it: "E♭ major", "Es-Dur"."""
    tonic, _space, mode = key.partition(" ")
    if not tonic:
        return key
    name = f"{tonic[0]}{tonic[1:].replace('b', '♭').replace('#', '♯')} {mode}"
    return gettext(name)


class Licence(NamedTuple):
    """A licence as a person reads it."""

    name: str
    sentence: str
    address: str


def licence_words(licence: str) -> Licence:
    """What others may do with a piece, in one sentence."""
    deeds = "https://creativecommons.org/"
    return {
        "cc0": Licence(
            gettext("CC0"),
            gettext("Everybody may use it for anything, and need not say whose it is."),
            f"{deeds}publicdomain/zero/1.0/",
        ),
        "cc-by": Licence(
            gettext("CC BY 4.0"),
            gettext("Everybody may use and change it, and must name the author."),
            f"{deeds}licenses/by/4.0/",
        ),
        "cc-by-sa": Licence(
            gettext("CC BY-SA 4.0"),
            gettext("Everybody may use and change it, must name the author, and share alike what they make."),
            f"{deeds}licenses/by-sa/4.0/",
        ),
    }.get(
        licence,
        Licence(
            gettext("All rights reserved"),
            gettext("Everybody may listen here; for anything else they must ask the author."),
            "",
        ),
    )
