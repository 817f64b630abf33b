import type { Note } from './note.ts'
import { noteBox, type Scene } from './painter.ts'

/** Pixels at a note's right end that take hold of its length. */
const END = 6

export type Hit =
  | { readonly kind: 'note'; readonly track: number; readonly note: Note; readonly place: number; readonly part: 'body' | 'end' }
  | { readonly kind: 'empty'; readonly tick: number; readonly pitch: number; readonly isDrum: boolean }

/** What lies under a point of the note area: the topmost note that sounds, a ghost, or nothing. */
export function hitTest(scene: Pick<Scene, 'view' | 'rows' | 'ratio' | 'tracks' | 'order'>, x: number, y: number): Hit {
  const { view, rows } = scene
  const tick = view.tick(x)
  const row = view.drumRow(y)
  const slack = 3 / view.scale
  const box = { x: 0, y: 0, width: 0, height: 0 }
  for (const audible of [true, false]) {
    for (const track of [...scene.order].reverse()) {
      const painted = scene.tracks[track]!
      if (painted.audible !== audible || painted.isDrum !== row >= 0) continue
      let hit: Hit | null = null
      painted.index.between(tick - slack, tick + slack, (note, place) => {
        noteBox(scene, note, painted.isDrum, box)
        if (x < box.x - 1 || x > box.x + box.width + 1 || y < box.y - 1 || y > box.y + box.height + 1) return
        const end = box.width > 3 * END && x > box.x + box.width - END
        hit = { kind: 'note', track, note, place, part: end ? 'end' : 'body' }
      })
      if (hit) return hit
    }
  }
  const isDrum = row >= 0
  return { kind: 'empty', tick, pitch: isDrum ? rows.drums[row]!.pitch : view.pitch(y), isDrum }
}
