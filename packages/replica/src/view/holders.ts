/** Counts who holds what, by name. */
export class Holders {
  readonly #counts = new Map<string, number>();

  has(name: string): boolean {
    return this.#counts.has(name);
  }

  /**
   * @param onLast - called when nobody holds it any more
   * @returns what ends the hold; once is enough, and more does no harm
   */
  hold(name: string, onLast?: () => void): () => void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      const left = (this.#counts.get(name) ?? 1) - 1;
      if (left > 0) {
        this.#counts.set(name, left);
        return;
      }
      this.#counts.delete(name);
      onLast?.();
    };
  }
}
