/** Counts how many of something each principal has, up to a bound. */
export class Places {
  readonly #max: number;
  readonly #taken = new Map<string, number>();

  constructor(max: number) {
    this.#max = max;
  }

  isFull(principal: string): boolean {
    return this.#countOf(principal) >= this.#max;
  }

  /** @returns what gives the place back; to be called once */
  take(principal: string): () => void {
    this.#taken.set(principal, this.#countOf(principal) + 1);
    return () => {
      const rest = this.#countOf(principal) - 1;
      if (rest > 0) this.#taken.set(principal, rest);
      else this.#taken.delete(principal);
    };
  }

  #countOf(principal: string): number {
    return this.#taken.get(principal) ?? 0;
  }
}
