"""Small MIDI files, byte by byte, for tests of what readers make of them."""

import struct

END = b"\xff\x2f\x00"
TEMPO_100 = b"\xff\x51\x03\x09\x27\xc0"  # 600,000 microseconds a quarter


def on(pitch: int, velocity: int = 64, channel: int = 0) -> bytes:
    return bytes([0x90 | channel, pitch, velocity])


def off(pitch: int, channel: int = 0) -> bytes:
    return bytes([0x80 | channel, pitch, 0])


def meta(kind: int, data: bytes) -> bytes:
    return bytes([0xFF, kind, len(data)]) + data


def name(words: str) -> bytes:
    return meta(3, words.encode())


def variable(value: int) -> bytes:
    out = [value & 0x7F]
    while value := value >> 7:
        out.append(value & 0x7F | 0x80)
    return bytes(reversed(out))


def track(*events: tuple[int, bytes], end: bytes | None = END) -> bytes:
    """events: (ticks since the one before, its bytes)."""
    body = b"".join(variable(delta) + event for delta, event in events)
    if end is not None:
        body += b"\x00" + end
    return b"MTrk" + struct.pack(">I", len(body)) + body


def smf(*tracks: bytes, form: int = 1, division: int = 480, announced: int | None = None) -> bytes:
    count = len(tracks) if announced is None else announced
    return b"MThd" + struct.pack(">IHHH", 6, form, count, division) + b"".join(tracks)
