"""The quick recurrent step: notes for a batch of rows, compiled for this processor when first used.

It does what Writer does with PyTorch (generator.engine.writer, which serves a GPU and is what this one is
tested against), with two differences: products are of whole numbers (generator.engine.int8), and no Python
runs between one part of a note and the next. Each row's numbers are computed from that row alone, so a piece
is the same bits whoever else is being served.
"""

from __future__ import annotations

import numpy as np

from generator.engine.arithmetic import draw, gelu, log_softmax_at, sigmoid, tanh
from generator.engine.blocks import GROUP
from generator.engine.compiled import compiled
from generator.engine.int8 import product, quantize
from generator.engine.packed import (
    AT_BARS_LEFT,
    AT_KEY,
    AT_LAST_PITCH,
    AT_METRE,
    AT_POSITION,
    AT_REMAINING,
    AT_SOUNDING,
    AT_STEP,
    DURATION,
    IN_BARS_LEFT,
    IN_DURATION,
    IN_KEY,
    IN_METRE,
    IN_PITCH,
    IN_POSITION,
    IN_REMAINING,
    IN_STEP,
    IN_TRACK,
    IN_VELOCITY,
    INPUTS,
    MAX_BARS_LEFT,
    N_PITCHES,
    OF_DURATION,
    OF_PITCH,
    OF_TRACK,
    OF_VOICE_PITCH,
    OUTPUTS,
    PITCH,
    ROWS,
    SCALE,
    STEP,
    TO_DURATION,
    TO_PITCH,
    TO_STEP_AND_AT,
    TO_VELOCITY,
    TRACK,
    VELOCITY,
    WEIGHT,
    Packed,
    Words,
)  # fmt: skip
from generator.engine.sampling import WORDS_A_BLOCK
from generator.engine.seats import (
    BAR,
    ENTERS,
    HAS_PREVIOUS,
    KEY,
    LENGTH,
    METRE,
    N_DRAWN,
    N_SOUNDING,
    N_WRITTEN,
    NOW,
    PREVIOUS,
    RECENT,
    TEMPERATURE_PITCH,
    TEMPERATURE_RHYTHM,
    TOP_P,
    WRITTEN_FROM,
    Room,
    Seats,
)  # fmt: skip


@compiled
def _multiply(net: Packed, which: int, bytes_: np.ndarray, n: int, sums: np.ndarray) -> None:
    """sums[i] = the product's rows · bytes_[i], for the first n."""
    place = net.products[which]
    size = place[ROWS] * place[INPUTS]
    weight = net.weight[place[WEIGHT] : place[WEIGHT] + size].reshape(
        place[ROWS] // GROUP, place[INPUTS] // 4, GROUP, 4
    )
    product(weight, bytes_, n, sums)


@compiled
def _finish(net: Packed, which: int, sums: np.ndarray, scale: float, out: np.ndarray) -> None:
    """One row's sums as floats, with the bias."""
    first = net.products[which, SCALE]
    scales, offsets, bias = net.scale[first:], net.sums[first:], net.bias[first:]
    for j in range(net.products[which, OUTPUTS]):
        out[j] = np.float32(sums[j] - offsets[j]) * (scale * scales[j]) + bias[j]


@compiled
def _remaining(words: Words, seats: Seats, seat: int, track: int, now: int) -> int:
    return min(max(seats.ends[seat, track] - now, 0), words.n_durations - 1)


@compiled
def _bars_left(seats: Seats, seat: int, now: int) -> int:
    left = -((now - seats.fields[seat, LENGTH]) // seats.fields[seat, BAR])
    return min(max(left, 0), MAX_BARS_LEFT - 1) + 1


@compiled
def _add(table: np.ndarray, row: int, out: np.ndarray) -> None:
    values = table[row]
    for j in range(len(values)):
        out[j] += values[j]


@compiled
def _inputs(net: Packed, words: Words, seats: Seats, seat: int, out: np.ndarray) -> None:
    """NoteRNN.inputs for one row: out (width,)."""
    table, start, fields = net.before, net.before_from, seats.fields[seat]
    out[:] = 0
    if fields[HAS_PREVIOUS]:
        _add(table, start[IN_STEP] + fields[PREVIOUS], out)
        _add(table, start[IN_TRACK] + fields[PREVIOUS + 1], out)
        _add(table, start[IN_PITCH] + fields[PREVIOUS + 2], out)
        _add(table, start[IN_DURATION] + fields[PREVIOUS + 3], out)
        _add(table, start[IN_VELOCITY] + fields[PREVIOUS + 4], out)
    else:
        _add(table, start[IN_STEP] + words.n_steps, out)
        _add(table, start[IN_TRACK] + words.n_tracks, out)
        _add(table, start[IN_PITCH] + N_PITCHES, out)
        _add(table, start[IN_DURATION], out)
        _add(table, start[IN_VELOCITY], out)
    now = fields[NOW]
    _add(table, start[IN_POSITION] + now % fields[BAR], out)
    _add(table, start[IN_BARS_LEFT] + _bars_left(seats, seat, now), out)
    _add(table, start[IN_METRE] + fields[METRE], out)
    _add(table, start[IN_KEY] + fields[KEY], out)
    for m in range(words.n_tracks):
        left = _remaining(words, seats, seat, m, now)
        _add(table, start[IN_REMAINING] + m * words.n_durations + left, out)


@compiled
def _onset(net: Packed, words: Words, seats: Seats, seat: int, step: int, out: np.ndarray) -> None:
    """Add what NoteRNN.onset knows at the new onset to out (head,)."""
    table, start, fields = net.at, net.at_from, seats.fields[seat]
    now = fields[NOW] + step
    _add(table, start[AT_STEP] + step, out)
    _add(table, start[AT_POSITION] + now % fields[BAR], out)
    _add(table, start[AT_BARS_LEFT] + _bars_left(seats, seat, now), out)
    _add(table, start[AT_METRE] + fields[METRE], out)
    _add(table, start[AT_KEY] + fields[KEY], out)
    for m in range(words.n_tracks):
        left = _remaining(words, seats, seat, m, now)
        _add(table, start[AT_REMAINING] + m * words.n_durations + left, out)
        _add(table, start[AT_LAST_PITCH] + m * (N_PITCHES + 1) + seats.last_pitch[seat, m], out)
    plane = words.n_tracks * N_PITCHES
    for i in range(fields[N_SOUNDING]):
        onset, end, track, pitch, _ = seats.sounding[seat, i]
        cell = start[AT_SOUNDING] + track * N_PITCHES + pitch
        if onset == now:
            _add(table, 2 * plane + cell, out)
        elif end >= now:
            _add(table, cell, out)
            if end > now:
                _add(table, plane + cell, out)


# --- what may come: as the methods of rows.Row of the same names ------------------------------------


@compiled
def _open_voices(words: Words, seats: Seats, seat: int, step: int, free: np.ndarray) -> bool:
    """Mark the voices that may start a note `step` after the cursor. Returns whether there is one."""
    fields = seats.fields[seat]
    now = fields[NOW] + step
    some = False
    for m in range(words.n_tracks):
        free[m] = not words.single[m] or _remaining(words, seats, seat, m, now) == 0
    if step == 0 and fields[HAS_PREVIOUS]:
        last = fields[PREVIOUS + 1]
        free[:last] = False
        free[last] = False
        if not words.single[last]:
            for pitch in range(fields[PREVIOUS + 2]):
                if seats.pitches[seat, last, pitch]:
                    free[last] = True
                    break
    for m in range(words.n_tracks):
        some = some or free[m]
    return some


@compiled
def _due_voices(words: Words, seats: Seats, seat: int, onset: int, due: np.ndarray) -> bool:
    """Mark the voices that are late. Returns whether there is one."""
    fields = seats.fields[seat]
    some = False
    for m in range(words.n_tracks):
        silent = seats.last_pitch[seat, m] == N_PITCHES
        late = words.enters[m] >= 0 and onset // fields[BAR] >= words.enters[m]
        due[m] = fields[ENTERS] != 0 and silent and late
        some = some or due[m]
    return some


@compiled
def _may_step(words: Words, seats: Seats, seat: int, room: Room) -> None:
    fields, allowed = seats.fields[seat], room.allowed
    now, length, bar, written_from = fields[NOW], fields[LENGTH], fields[BAR], fields[WRITTEN_FROM]
    has_previous = fields[HAS_PREVIOUS] != 0
    end = words.n_steps - 1
    bar_after_next = max(now - now % bar + 2 * bar, written_from + bar)
    soonest = words.n_durations
    for m in range(words.n_tracks):
        soonest = min(soonest, _remaining(words, seats, seat, m, now)) if words.single[m] else 0
    any_open = _open_voices(words, seats, seat, 0, room.free)
    some_due = _due_voices(words, seats, seat, now, room.due)
    at_once = False
    if has_previous:
        for m in range(words.n_tracks):
            at_once = at_once or (room.due[m] and room.free[m])
    first = max(soonest, written_from - now)
    last = min(length, bar_after_next) - 1 - now
    if has_previous and not any_open:
        first = max(first, 1)
    if some_due:
        last = min(last, 0 if at_once else bar - now % bar)
    last = min(last, end - 1)
    allowed[: words.n_steps] = False
    some = first <= last
    if some:
        allowed[first : last + 1] = True
    in_last_bar = now >= length - bar and now >= written_from and has_previous
    if not some or (in_last_bar and not some_due):
        allowed[min(max(length - now, 0), end) : words.n_steps] = True


@compiled
def _may_track(words: Words, seats: Seats, seat: int, step: int, room: Room) -> None:
    _open_voices(words, seats, seat, step, room.free)
    _due_voices(words, seats, seat, seats.fields[seat, NOW] + step, room.due)
    some = False
    for m in range(words.n_tracks):
        some = some or (room.due[m] and room.free[m])
    for m in range(words.n_tracks):
        room.allowed[m] = room.free[m] and (room.due[m] or not some)


@compiled
def _may_pitch(seats: Seats, seat: int, step: int, track: int, room: Room) -> None:
    fields = seats.fields[seat]
    room.allowed[:N_PITCHES] = seats.pitches[seat, track]
    if step == 0 and fields[HAS_PREVIOUS] and fields[PREVIOUS + 1] == track:
        room.allowed[fields[PREVIOUS + 2] : N_PITCHES] = False


@compiled
def _may_duration(words: Words, seats: Seats, seat: int, step: int, room: Room) -> None:
    left = seats.fields[seat, LENGTH] - seats.fields[seat, NOW] - step
    for d in range(words.n_durations):
        room.allowed[d] = 1 <= d <= left


# --- the step ---------------------------------------------------------------------------------------


@compiled
def _push(seats: Seats, seat: int, word: np.ndarray) -> None:
    """Write one note and move to its onset, as tokens.Cursor.push."""
    fields, sounding = seats.fields[seat], seats.sounding[seat]
    fields[NOW] += word[0]
    now, track, pitch, duration = fields[NOW], word[1], word[2], word[3]
    number, n = fields[N_WRITTEN], 0
    for i in range(fields[N_SOUNDING]):
        if sounding[i, 1] >= now and sounding[i, 4] > number - RECENT:
            sounding[n] = sounding[i]
            n += 1
    note = sounding[n]
    note[0], note[1], note[2], note[3], note[4] = now, now + duration, track, pitch, number
    fields[N_WRITTEN], fields[N_SOUNDING] = number + 1, n + 1
    seats.ends[seat, track] = max(seats.ends[seat, track], now + duration)
    seats.last_pitch[seat, track] = pitch
    fields[HAS_PREVIOUS] = 1
    fields[PREVIOUS : PREVIOUS + 5] = word


@compiled
def _body(net: Packed, words: Words, seats: Seats, room: Room, rows: np.ndarray) -> None:
    """The recurrent layers for the seats `rows`; what the last puts out is left in seats.state."""
    n, width = len(rows), net.width
    for i in range(n):
        _inputs(net, words, seats, rows[i], room.x[i])
        room.byte_scale[i] = quantize(room.x[i], room.bytes[i])
    for layer in range(net.n_layers):
        for i in range(n):
            room.other_bytes[i, : seats.state.shape[2]] = seats.state[layer, rows[i]]
        _multiply(net, 2 * layer, room.bytes, n, room.sums)
        _multiply(net, 2 * layer + 1, room.other_bytes, n, room.other_sums)
        first, second = net.products[2 * layer, SCALE], net.products[2 * layer + 1, SCALE]
        scales, offsets, bias = net.scale[first:], net.sums[first:], net.bias[first:]
        state_scales, state_offsets = net.scale[second:], net.sums[second:]
        for i in range(n):
            seat = rows[i]
            sums, state_sums, gates = room.sums[i], room.other_sums[i], room.values[i]
            scale, state_scale = room.byte_scale[i], seats.state_scale[layer, seat]
            for j in range(4 * width):
                gates[j] = (
                    np.float32(sums[j] - offsets[j]) * (scale * scales[j])
                    + np.float32(state_sums[j] - state_offsets[j]) * (state_scale * state_scales[j])
                    + bias[j]
                )
            cell, x = seats.cell[layer, seat], room.x[i]
            for j in range(width):
                cell[j] = sigmoid(gates[width + j]) * cell[j] + sigmoid(gates[j]) * tanh(gates[2 * width + j])
                x[j] = sigmoid(gates[3 * width + j]) * tanh(cell[j])
            seats.state_scale[layer, seat] = quantize(x, seats.state[layer, seat])
            room.bytes[i, : seats.state.shape[2]] = seats.state[layer, seat]
            room.byte_scale[i] = seats.state_scale[layer, seat]


@compiled
def _linear(net: Packed, room: Room, which: int, x: np.ndarray, n: int) -> None:
    """room.values[i] = the product's output for x[i] (n rows of floats)."""
    which += 2 * net.n_layers
    for i in range(n):
        room.byte_scale[i] = quantize(x[i], room.bytes[i])
    _multiply(net, which, room.bytes, n, room.sums)
    for i in range(n):
        _finish(net, which, room.sums[i], room.byte_scale[i], room.values[i])


@compiled
def _pick(
    seats: Seats, seat: int, room: Room, logits: np.ndarray, n: int, bold: int, chance: int, given: int,
    nats: np.ndarray,
) -> int:  # fmt: skip
    """One part of a note: drawn, or given and then paid for in nats. bold: a column of Seats.sampling."""
    if given >= 0:
        nats[chance] -= log_softmax_at(logits, n, given)
        return given
    temperature = 1.0 if bold < 0 else seats.sampling[seat, bold]
    uniform = seats.chances[seat, seats.fields[seat, N_DRAWN] % WORDS_A_BLOCK, chance]
    return draw(
        logits, room.allowed, n, temperature, seats.sampling[seat, TOP_P], uniform, room.p, room.order
    )


@compiled
def _heads(
    net: Packed, words: Words, seats: Seats, room: Room, rows: np.ndarray, out: np.ndarray, told: bool,
    nats: np.ndarray,
) -> None:  # fmt: skip
    """The parts of a note for the seats `rows`, after _body: into out (n, 5).

    told: out holds the notes already, and what they cost is added to nats (n, 5).
    """
    n, head = len(rows), net.head
    k = seats.state.shape[2]
    for i in range(n):
        room.bytes[i, :k] = seats.state[net.n_layers - 1, rows[i]]
        room.byte_scale[i] = seats.state_scale[net.n_layers - 1, rows[i]]
    which = 2 * net.n_layers + TO_STEP_AND_AT
    _multiply(net, which, room.bytes, n, room.sums)
    for i in range(n):
        _finish(net, which, room.sums[i], room.byte_scale[i], room.values[i])
        for j in range(head):
            room.g[i, j] = gelu(room.values[i, j])
            room.z[i, j] = room.values[i, head + j]
    _linear(net, room, STEP, room.g, n)
    end = words.n_steps - 1
    for i in range(n):
        seat = rows[i]
        _may_step(words, seats, seat, room)
        given = out[i, 0] if told else -1
        step = _pick(seats, seat, room, room.values[i], words.n_steps, TEMPERATURE_RHYTHM, 0, given, nats[i])
        if not told and (step == end or seats.fields[seat, NOW] + step >= seats.fields[seat, LENGTH]):
            step = end
        out[i, 0] = step
        # An ended row goes on as if it had drawn 0: its numbers are not used.
        _onset(net, words, seats, seat, 0 if step == end else step, room.z[i])
        for j in range(head):
            room.z[i, j] = gelu(room.z[i, j])
    if words.n_tracks > 1 or told:
        _linear(net, room, TRACK, room.z, n)
    for i in range(n):
        seat = rows[i]
        track = 0
        if words.n_tracks > 1 or told:
            step = 0 if out[i, 0] == end else out[i, 0]
            _may_track(words, seats, seat, step, room)
            given = out[i, 1] if told else -1
            track = _pick(
                seats, seat, room, room.values[i], words.n_tracks, TEMPERATURE_PITCH, 1, given, nats[i]
            )
        out[i, 1] = track
    _linear(net, room, TO_PITCH, room.z, n)
    for i in range(n):
        track, last = out[i, 1], seats.last_pitch[rows[i], out[i, 1]]
        _add(net.of, net.of_from[OF_TRACK] + track, room.values[i])
        _add(net.of, net.of_from[OF_VOICE_PITCH] + track * (N_PITCHES + 1) + last, room.values[i])
        for j in range(head):
            room.z[i, j] += gelu(room.values[i, j])
    _linear(net, room, PITCH, room.z, n)
    for i in range(n):
        step = 0 if out[i, 0] == end else out[i, 0]
        _may_pitch(seats, rows[i], step, out[i, 1], room)
        given = out[i, 2] if told else -1
        out[i, 2] = _pick(
            seats, rows[i], room, room.values[i], N_PITCHES, TEMPERATURE_PITCH, 2, given, nats[i]
        )
    _linear(net, room, TO_DURATION, room.z, n)
    for i in range(n):
        _add(net.of, net.of_from[OF_PITCH] + out[i, 1] * N_PITCHES + out[i, 2], room.values[i])
        for j in range(head):
            room.z[i, j] += gelu(room.values[i, j])
    _linear(net, room, DURATION, room.z, n)
    for i in range(n):
        step = 0 if out[i, 0] == end else out[i, 0]
        _may_duration(words, seats, rows[i], step, room)
        given = out[i, 3] if told else -1
        out[i, 3] = _pick(
            seats, rows[i], room, room.values[i], words.n_durations, TEMPERATURE_RHYTHM, 3, given, nats[i]
        )
    if words.n_velocities == 1:
        out[:n, 4] = 0
        return
    _linear(net, room, TO_VELOCITY, room.z, n)
    for i in range(n):
        _add(net.of, net.of_from[OF_DURATION] + out[i, 3], room.values[i])
        for j in range(head):
            room.g[i, j] = gelu(room.values[i, j])
    _linear(net, room, VELOCITY, room.g, n)
    for i in range(n):
        room.allowed[: words.n_velocities] = True
        given = out[i, 4] if told else -1
        out[i, 4] = _pick(seats, rows[i], room, room.values[i], words.n_velocities, -1, 4, given, nats[i])


@compiled
def write_notes(
    net: Packed,
    words: Words,
    seats: Seats,
    room: Room,
    rows: np.ndarray,
    n_steps: int,
    given: np.ndarray,
    n_given: np.ndarray,
    out: np.ndarray,
    n_out: np.ndarray,
) -> None:
    """Up to n_steps steps of the seats `rows`.

    given: (n, n_steps, 5) words that the network is only shown, n_given: (n,) how many; after them a row
    draws. out: (n, n_steps, 5) int64 the words drawn, n_out: (n,) how many; a row that has drawn the end is
    not stepped again.
    """
    n = len(rows)
    ended = np.zeros(n, np.bool_)
    seat_of, index_of = np.empty(n, np.int64), np.empty(n, np.int64)
    drawn = np.zeros((n, 5), np.int64)
    nats = np.zeros((1, 5))
    n_out[:] = 0
    for step in range(n_steps):
        k = 0
        for i in range(n):
            if not ended[i]:
                seat_of[k] = rows[i]
                k += 1
        if k == 0:
            return
        _body(net, words, seats, room, seat_of[:k])
        k = 0
        for i in range(n):
            if ended[i]:
                continue
            if step < n_given[i]:
                _push(seats, rows[i], given[i, step])
            else:
                seat_of[k], index_of[k] = rows[i], i
                k += 1
        if k == 0:
            continue
        _heads(net, words, seats, room, seat_of[:k], drawn[:k], False, nats.repeat(k).reshape(k, 5))
        for j in range(k):
            i, seat = index_of[j], seat_of[j]
            out[i, n_out[i]] = drawn[j]
            n_out[i] += 1
            if drawn[j, 0] == words.n_steps - 1:
                ended[i] = True
            else:
                _push(seats, seat, drawn[j])
                seats.fields[seat, N_DRAWN] += 1


@compiled
def cost_notes(
    net: Packed, words: Words, seats: Seats, room: Room, seat: int, told: np.ndarray, nats: np.ndarray
) -> None:
    """Nats that the network pays for each part of each word of one row. told: (n, 5) int64; nats: (n, 5)."""
    rows = np.full(1, seat, np.int64)
    for i in range(len(told)):
        _body(net, words, seats, room, rows)
        _heads(net, words, seats, room, rows, told[i : i + 1], True, nats[i : i + 1])
        _push(seats, seat, told[i])
