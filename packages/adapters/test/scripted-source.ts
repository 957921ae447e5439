import type { ChangeSource, PulledChange, SourcePage } from '../src/pull/index.js';

/** A server in memory whose changes can be pulled, as `@cpc/server` gives them: of each entity the last. */
export class ScriptedSource implements ChangeSource {
  readonly pageSize: number;
  readonly #latest = new Map<string, { position: number; change: PulledChange }>();
  #head = 0;
  #floor = 0;
  #hints = new Set<() => void>();
  #hangUps = new Set<(error: Error) => void>();
  /** Thrown by the next pulls, one each. */
  readonly failures: Error[] = [];
  pulls = 0;
  connections = 0;

  constructor(pageSize = 2) {
    this.pageSize = pageSize;
  }

  /** What the server holds. */
  get records(): Readonly<Record<string, unknown>> {
    const live = [...this.#latest.values()].filter(({ change }) => change.deleted !== true);
    return Object.fromEntries(live.map(({ change }) => [change.entity, change.value]));
  }

  set(entity: string, value: unknown): void {
    this.#record({ entity, value });
  }

  delete(entity: string): void {
    this.#record({ entity, deleted: true });
  }

  /** Forgets what was deleted until now. */
  forgetTombstones(): void {
    for (const [entity, { change }] of this.#latest) if (change.deleted === true) this.#latest.delete(entity);
    this.#floor = this.#head;
  }

  async pull(since: string | undefined): Promise<SourcePage> {
    this.pulls++;
    await Promise.resolve();
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    const position = Number(since ?? 0);
    if (position > 0 && position < this.#floor) return { kind: 'expired' };
    const later = [...this.#latest.values()]
      .filter((row) => row.position > position && (position > 0 || row.change.deleted !== true))
      .sort((a, b) => a.position - b.position);
    const page = later.slice(0, this.pageSize);
    const more = later.length > page.length;
    // Whoever begins needs no tombstones, and is told a checkpoint that is beyond them.
    const checkpoint = page.at(-1)?.position ?? Math.max(position, this.#head);
    return { kind: 'page', changes: page.map(({ change }) => change), checkpoint: String(checkpoint), more };
  }

  listen(hint: () => void, { signal }: { signal: AbortSignal }): Promise<never> {
    this.connections++;
    return new Promise((_, reject) => {
      const hangUp = (error: Error): void => {
        this.#hints.delete(hint);
        this.#hangUps.delete(hangUp);
        reject(error);
      };
      this.#hints.add(hint);
      this.#hangUps.add(hangUp);
      signal.addEventListener('abort', () => hangUp(new Error('aborted')));
    });
  }

  /** Lets the connections for hints end. */
  hangUp(): void {
    for (const hangUp of [...this.#hangUps]) hangUp(new Error('the connection ended'));
  }

  hint(): void {
    for (const hint of [...this.#hints]) hint();
  }

  #record(change: PulledChange): void {
    this.#latest.set(change.entity, { position: ++this.#head, change });
  }
}
