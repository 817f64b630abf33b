"""What the reader of uploaded files and of notes that were sent says, in the visitor's language.

generator.music knows no Django and speaks English. Its sentences are known here by their shape, in which
figures and details stand for themselves; what has no shape here is shown as it came.
"""

from __future__ import annotations

import functools
import re

from django.utils.formats import number_format
from django.utils.translation import gettext, gettext_noop

# A name of NUMBERS stands for a number, one of PARTS for something else that has a shape here; any other for
# words of the file.
SHAPES = (
    gettext_noop("Its %(n)s patterns (a format 2 file) were laid one after the other."),
    gettext_noop(
        "Times were counted in seconds (SMPTE); here they are written at 120 quarter notes a minute."
    ),
    gettext_noop("Times were counted in %(n)s ticks a quarter note; here a quarter has 480."),
    gettext_noop("Times were counted in %(n)s ticks a quarter note; here a quarter has 480, to the nearest."),
    gettext_noop("The file names no tempo; 120 quarter notes a minute were assumed."),
    gettext_noop("The file names no metre; 4/4 was assumed."),
    gettext_noop("A note had no end; it was ended with its track."),
    gettext_noop("%(n)s notes had no end; they were ended with their tracks."),
    gettext_noop("A note of no length was given the shortest there is."),
    gettext_noop("%(n)s notes of no length were given the shortest there is."),
    gettext_noop("An end without a note was left out."),
    gettext_noop("%(n)s ends without a note were left out."),
    gettext_noop(
        "Where a note was struck again while it sounded, its first sound was ended there (in one track)."
    ),
    gettext_noop(
        "Where a note was struck again while it sounded, its first sound was ended there (in %(n)s tracks)."
    ),
    gettext_noop("A track that held several instruments was parted."),
    gettext_noop("Tracks that held several instruments were parted: %(n)s tracks came of them."),
    gettext_noop("A tempo was left out, since times were in seconds."),
    gettext_noop("%(n)s tempos were left out, since times were in seconds."),
    gettext_noop("A tempo of no meaning was left out."),
    gettext_noop("%(n)s tempos of no meaning were left out."),
    gettext_noop("A metre of no meaning was left out."),
    gettext_noop("%(n)s metres of no meaning were left out."),
    gettext_noop("A text or lyric is not kept."),
    gettext_noop("%(n)s lyrics and texts are not kept."),
    gettext_noop("A movement of a pedal or a controller is not kept."),
    gettext_noop("%(n)s movements of pedals, volume and other controllers are not kept."),
    gettext_noop("A pitch bend is not kept."),
    gettext_noop("%(n)s pitch bends are not kept."),
    gettext_noop("The key signature is not kept."),
    gettext_noop("%(n)s key signatures are not kept."),
    gettext_noop("A message to one make of synthesizer is not kept."),
    gettext_noop("%(n)s messages to one make of synthesizer are not kept."),
    gettext_noop("A broken event was left out."),
    gettext_noop("%(n)s broken events were left out."),
    gettext_noop("A block that is not MIDI was left out."),
    gettext_noop("%(n)s blocks that are not MIDI were left out."),
    gettext_noop("One byte after the end was left out."),
    gettext_noop("%(n)s bytes after the end were left out."),
    gettext_noop("A track without an end mark was ended with its last event."),
    gettext_noop("%(n)s tracks without an end mark were ended with their last events."),
    gettext_noop("The file announced another number of tracks than it has."),
    gettext_noop("Repeats were played out, which made it one bar longer."),
    gettext_noop("Repeats were played out, which made it %(n)s bars longer."),
    gettext_noop("A jump (D.C., D.S. or coda) leads nowhere and was not followed."),
    gettext_noop("A grace note was left out."),
    gettext_noop("%(n)s grace notes were left out."),
    gettext_noop("A chord symbol was not understood and is silent."),
    gettext_noop("%(n)s chord symbols were not understood and are silent."),
    gettext_noop("A note outside the range of MIDI was left out."),
    gettext_noop("%(n)s notes outside the range of MIDI were left out."),
    gettext_noop("The file holds two tunes; this is the first."),
    gettext_noop("The file holds several tunes; this is the first, %(n)s others were left."),
    gettext_noop("A tune before this one could not be read."),
    gettext_noop("%(n)s tunes before this one could not be read."),
    gettext_noop("A track without notes was left out."),
    gettext_noop("%(n)s tracks without notes were left out."),
    gettext_noop("A track without a name was called after its instrument."),
    gettext_noop("%(n)s tracks without a name were called after their instruments."),
    # Refusals.
    gettext_noop("The file is empty. Nothing was uploaded."),
    gettext_noop("There is no note in this file. Nothing was uploaded."),
    gettext_noop("The file has %(n)s notes; %(most)s is the most that one may have. Nothing was uploaded."),
    gettext_noop("The file has %(n)s tracks with notes; %(most)s is the most. Nothing was uploaded."),
    gettext_noop(
        "The piece lasts %(n)s minutes; %(most)s is the most that one may last. Nothing was uploaded."
    ),
    gettext_noop("This is not a MIDI, MusicXML or ABC file. Nothing was uploaded."),
    gettext_noop(
        "This is not a MIDI, MusicXML or ABC file. It is a web page or another XML file, not MusicXML. "
        "Nothing was uploaded."
    ),
    gettext_noop("This is not a MIDI, MusicXML or ABC file. It is %(what)s. Nothing was uploaded."),
    gettext_noop("This %(kind)s file cannot be read: %(reason)s. Nothing was uploaded."),
    gettext_noop(
        "Reading this file took longer than the %(n)s seconds that a file may take. Nothing was uploaded."
    ),
    gettext_noop("Reading this file takes more memory than a file may take. Nothing was uploaded."),
    gettext_noop(
        "The file has more than %(n)s events, the most that one may have: %(reason)s. Nothing was uploaded."
    ),
    # What the other files are.
    gettext_noop("an MP3 recording, which holds sound, not notes"),
    gettext_noop("a recording, which holds sound, not notes"),
    gettext_noop("a PDF"),
    gettext_noop("a picture"),
    # Faults, each with its place.
    gettext_noop("the file does not begin with MThd, as a MIDI file must"),
    gettext_noop("the file has a MIDI header but no track after it"),
    gettext_noop("the file ends at byte %(byte)s, inside its header"),
    gettext_noop("the file ends at byte %(byte)s, before the end of track %(track)s"),
    gettext_noop("the file reaches tick %(n)s, later than any piece can last"),
    gettext_noop("the header at byte %(byte)s says that it is %(n)s bytes long; it must be 6"),
    gettext_noop("the header at byte %(byte)s names format %(n)s; there are 0, 1 and 2"),
    gettext_noop("the header at byte %(byte)s says that a quarter note has 0 ticks"),
    gettext_noop("the header at byte %(byte)s counts %(n)s frames a second with %(ticks)s ticks each"),
    gettext_noop("track %(track)s ends at byte %(byte)s, in the middle of an event"),
    gettext_noop("track %(track)s, byte %(byte)s: %(sign)s stands where an event should begin"),
    gettext_noop("track %(track)s, byte %(byte)s: %(sign)s does not belong in a file"),
    gettext_noop("track %(track)s, byte %(byte)s: an event goes on past the end of the track"),
    gettext_noop("track %(track)s, byte %(byte)s: a value above 127 inside an event"),
    gettext_noop("track %(track)s, byte %(byte)s: a time or length of more than four bytes"),
    gettext_noop("track %(track)s goes past the limit on events in a file"),
    gettext_noop("there is no note in it"),
    gettext_noop("there is no tune in it"),
    gettext_noop("the compressed file holds no MusicXML"),
    gettext_noop("the compressed file is broken: %(said)s"),
    gettext_noop("unpacked, the file would be larger than %(n)s MiB"),
    gettext_noop("unpacked, the file is larger than %(n)s MiB"),
    gettext_noop("music21 cannot read this MusicXML: %(said)s"),
    gettext_noop("music21 cannot read this ABC: %(tune)s: %(reason)s"),
    gettext_noop("music21 cannot read this ABC: %(reason)s"),
    # Why notes, or a whole score, are none.
    gettext_noop("a note has the onset %(value)s; it must lie between 0 and %(last)s"),
    gettext_noop("a note has the duration %(value)s; it must lie between 1 and %(last)s"),
    gettext_noop("a note has the pitch %(value)s; it must lie between 0 and 127"),
    gettext_noop("a note has the velocity %(value)s; it must lie between 1 and 127"),
    gettext_noop("a note ends after tick %(value)s, the last one there is"),
    gettext_noop("a note ends at tick %(value)s, the score is only %(length)s ticks long"),
    gettext_noop("a tempo or metre stands after the end of the score at tick %(value)s"),
    gettext_noop("a tempo cannot stand at tick %(value)s"),
    gettext_noop("a tempo of %(value)s quarters a minute cannot be written in MIDI"),
    gettext_noop("a metre cannot stand at tick %(value)s"),
    gettext_noop("%(value)s is not a metre that MIDI can write"),
    gettext_noop("a score cannot be %(value)s ticks long"),
    gettext_noop("a quarter cannot have %(value)s ticks"),
    gettext_noop("track %(name)s has the program %(value)s; General MIDI has 0 to 127"),
    gettext_noop("%(value)s is not a role; there are %(names)s"),
    gettext_noop("it has no %(name)s"),
    gettext_noop("this is not a score: %(said)s"),
)
NUMBERS = ("n", "most", "track", "byte", "ticks")
PARTS = ("reason", "what")


@functools.cache
def patterns() -> list[tuple[str, re.Pattern[str]]]:
    """Each shape with what finds it; the names in it match as little as they can."""
    found = []
    for shape in SHAPES:
        parts = re.split(r"%\((\w+)\)s", shape)
        text = "".join(
            re.escape(part) if place % 2 == 0 else f"(?P<{part}>{number_or_words(part)})"
            for place, part in enumerate(parts)
        )
        found.append((shape, re.compile(text)))
    return found


def number_or_words(name: str) -> str:
    return r"[\d,]+" if name in NUMBERS else ".+?"


def intake_words(sentence: str) -> str:
    """A sentence of the reader, or a part of one, in the visitor's language."""
    for shape, pattern in patterns():
        if match := pattern.fullmatch(sentence):
            said = {name: detail(name, value) for name, value in match.groupdict().items()}
            return gettext(shape) % said if said else gettext(shape)
    return sentence


def detail(name: str, value: str) -> str:
    """What stands in a shape's place of this name."""
    if name in NUMBERS:
        return str(number_format(int(value.replace(",", "")), force_grouping=True))
    return intake_words(value) if name in PARTS else value
