import type { Entry } from './entry.js';

/** Which entries mention a temporary id. */
export class Mentions {
  readonly #byId = new Map<string, Set<Entry>>();

  add(entry: Entry): void {
    for (const { id } of entry.operation.references) {
      const entries = this.#byId.get(id);
      if (entries === undefined) this.#byId.set(id, new Set([entry]));
      else entries.add(entry);
    }
  }

  remove(entry: Entry): void {
    for (const { id } of entry.operation.references) {
      const entries = this.#byId.get(id);
      entries?.delete(entry);
      if (entries?.size === 0) this.#byId.delete(id);
    }
  }

  of(temporaryId: string): readonly Entry[] {
    return [...(this.#byId.get(temporaryId) ?? [])];
  }
}
