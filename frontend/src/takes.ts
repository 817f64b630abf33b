/** The takes of one piece, in the order in which they were made: undo goes back through them, redo forward. */
export class Takes<T> {
  private readonly all: T[]
  private at_ = 0

  constructor(first: T) {
    this.all = [first]
  }

  get current(): T {
    return this.all[this.at_]!
  }

  /** From 1. */
  get number(): number {
    return this.at_ + 1
  }

  get count(): number {
    return this.all.length
  }

  /** A take made from the current one; those that were undone stay at hand, before it. */
  add(take: T): void {
    this.all.push(take)
    this.at_ = this.all.length - 1
  }

  /** One back or forward. Null at either end. */
  step(by: 1 | -1): T | null {
    const take = this.all[this.at_ + by]
    if (take === undefined) return null
    this.at_ += by
    return take
  }
}
