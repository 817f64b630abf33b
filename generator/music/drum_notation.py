"""Drums in MusicXML, which music21 writes and reads without saying which drum is struck.

Between music21 and the file a drum part is therefore rewritten: for music21 a drum is a note at its General
MIDI pitch; in the file it is an unpitched note on the place of the staff where drummers look for it, with an
instrument of its own that carries the pitch.
"""

from __future__ import annotations

from collections.abc import Collection

# What is parsed comes from ourselves, or is read in the intake's own process, within its limits.
from xml.etree import ElementTree as ET  # nosec B405

HEADER = (
    b'<?xml version="1.0" encoding="utf-8"?>\n'
    b'<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 4.0 Partwise//EN" '
    b'"http://www.musicxml.org/dtds/partwise.dtd">\n'
)
# The kit's names and places on a staff of five lines, after the drum key of the Percussive Arts Society.
DRUMS = {
    35: ("Acoustic Bass Drum", "E", 4), 36: ("Bass Drum", "F", 4), 37: ("Side Stick", "C", 5),
    38: ("Snare", "C", 5), 39: ("Hand Clap", "C", 5), 40: ("Electric Snare", "C", 5),
    41: ("Low Floor Tom", "G", 4), 42: ("Closed Hi-hat", "G", 5), 43: ("High Floor Tom", "A", 4),
    44: ("Pedal Hi-hat", "D", 4), 45: ("Low Tom", "B", 4), 46: ("Open Hi-hat", "G", 5),
    47: ("Low-mid Tom", "D", 5), 48: ("Hi-mid Tom", "E", 5), 49: ("Crash Cymbal", "A", 5),
    50: ("High Tom", "E", 5), 51: ("Ride Cymbal", "F", 5), 52: ("Chinese Cymbal", "A", 5),
    53: ("Ride Bell", "F", 5), 54: ("Tambourine", "B", 5), 55: ("Splash Cymbal", "B", 5),
    56: ("Cowbell", "D", 5), 57: ("Crash Cymbal 2", "B", 5), 59: ("Ride Cymbal 2", "F", 5),
}  # fmt: skip
STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
NAMES = ("C", "C", "D", "D", "E", "F", "F", "G", "G", "A", "A", "B")
SHARPS = (0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1, 0)


def engrave_drums(xml: bytes, drum_parts: Collection[int]) -> bytes:
    """The file that music21 wrote, its parts called P1, P2 …, and those of these numbers (from 0) drums."""
    root = ET.fromstring(xml)  # nosec B314 - written by ourselves a moment ago
    descriptions, parts = root.findall("part-list/score-part"), root.findall("part")
    for number, (description, part) in enumerate(zip(descriptions, parts, strict=True)):
        identity = f"P{number + 1}"
        description.set("id", identity)
        part.set("id", identity)
        for kind in ("score-instrument", "midi-instrument"):
            for element in description.findall(kind):
                element.set("id", f"{identity}-I1")
        if number in drum_parts:
            struck = _unpitch(part, identity)
            _name_drums(description, identity, struck)
    ET.indent(root)
    written: bytes = ET.tostring(root, encoding="utf-8")
    return HEADER + written + b"\n"


def pitch_drums(xml: bytes) -> bytes:
    """The file with every unpitched note whose instrument names a drum at that drum's pitch.

    Raises ElementTree.ParseError when it is not XML.
    """
    root = ET.fromstring(xml)  # nosec B314 - reached only inside the intake's limits, and expat refuses entity bombs
    if root.tag != "score-partwise" or root.find("part/measure/note/unpitched") is None:
        return xml
    drums: dict[str, int] = {}
    alone: dict[str, int] = {}
    for description in root.findall("part-list/score-part"):
        found = {
            str(element.get("id")): int(text) - 1
            for element in description.findall("midi-instrument")
            if (text := (element.findtext("midi-unpitched") or "").strip()).isdigit()
        }
        drums |= found
        if len(found) == 1:
            alone[str(description.get("id"))] = next(iter(found.values()))
        # music21 takes the first of these for the whole part, which would make the part one drum.
        for element in description.findall("midi-instrument"):
            for child in element.findall("midi-unpitched"):
                element.remove(child)
    for part in root.findall("part"):
        for note in part.iter("note"):
            unpitched, instrument = note.find("unpitched"), note.find("instrument")
            if unpitched is None:
                continue
            named = drums.get(str(instrument.get("id"))) if instrument is not None else None
            pitch = alone.get(str(part.get("id"))) if named is None else named
            if pitch is not None and 0 <= pitch <= 127:
                _become_pitch(unpitched, pitch)
    pitched: bytes = ET.tostring(root, encoding="utf-8")
    return pitched


def _become_pitch(element: ET.Element, pitch: int) -> None:
    element.clear()
    element.tag = "pitch"
    ET.SubElement(element, "step").text = NAMES[pitch % 12]
    ET.SubElement(element, "alter").text = str(SHARPS[pitch % 12])
    ET.SubElement(element, "octave").text = str(pitch // 12 - 1)


def _unpitch(part: ET.Element, identity: str) -> list[int]:
    """Makes the part's notes unpitched; the drums that they strike."""
    struck: set[int] = set()
    for note in part.iter("note"):
        element = note.find("pitch")
        if element is None:
            continue
        alter = int(float(element.findtext("alter") or 0))
        octave = int(element.findtext("octave") or 4)
        pitch = 12 * (octave + 1) + STEPS[element.findtext("step") or "C"] + alter
        struck.add(pitch)
        _, step, place = DRUMS.get(pitch, ("", "B", 4))
        element.clear()
        element.tag = "unpitched"
        ET.SubElement(element, "display-step").text = step
        ET.SubElement(element, "display-octave").text = str(place)
        for accidental in note.findall("accidental"):
            note.remove(accidental)
        # The schema wants the instrument after the duration and its ties.
        after = max(i for i, child in enumerate(note) if child.tag in ("unpitched", "duration", "tie"))
        note.insert(after + 1, ET.Element("instrument", id=f"{identity}-D{pitch}"))
    return sorted(struck)


def _name_drums(description: ET.Element, identity: str, struck: list[int]) -> None:
    """Puts each drum into the part list: its name, then its pitch."""
    program = description.findtext("midi-instrument/midi-program") or "1"
    for kind in ("score-instrument", "midi-instrument"):
        for element in description.findall(kind):
            description.remove(element)
    for pitch in struck or [36]:
        named = ET.SubElement(description, "score-instrument", id=f"{identity}-D{pitch}")
        ET.SubElement(named, "instrument-name").text = DRUMS.get(pitch, (f"Drum {pitch}", "", 0))[0]
    for pitch in struck or [36]:
        sound = ET.SubElement(description, "midi-instrument", id=f"{identity}-D{pitch}")
        ET.SubElement(sound, "midi-channel").text = "10"
        ET.SubElement(sound, "midi-program").text = program
        ET.SubElement(sound, "midi-unpitched").text = str(pitch + 1)
