/** One thing that is brought up and taken down. Both must be idempotent, as the ports require. */
export interface Stage {
  readonly name: string;
  up(): Promise<void>;
  down(): Promise<void>;
}

/**
 * Brings stages up in order and takes them down in reverse.
 *
 * ```
 * down ──rise(n)──▶ up to stage n ──rise(m)──▶ up to stage m
 *   ▲                    │                          │
 *   └──────── fall, or a stage that fails ──────────┘
 * ```
 *
 * Calls are served one after the other, so a `fall` during a `rise` waits for it and then takes everything
 * down. Where a stage fails to come up, it and all below it are taken down before `rise` rejects.
 */
export class Lifecycle {
  readonly #stages: readonly Stage[];
  /** How many of the stages are up, from the first on. */
  #level = 0;
  #last: Promise<void> = Promise.resolve();

  constructor(stages: readonly Stage[]) {
    this.#stages = stages;
  }

  /** Brings up the first `level` stages; those that are up stay as they are. */
  rise(level: number): Promise<void> {
    return this.#serve(async () => {
      for (const stage of this.#stages.slice(this.#level, level)) {
        this.#level += 1;
        try {
          await stage.up();
        } catch (error) {
          await this.#abandon(stage, error);
        }
      }
    });
  }

  /** Takes everything down. A stage that fails does not keep the others from going down. */
  fall(): Promise<void> {
    return this.#serve(async () => {
      const errors = await this.#lower();
      if (errors.length === 1) throw errors[0];
      if (errors.length > 1) throw new AggregateError(errors, `${errors.length} parts failed to close.`);
    });
  }

  async #abandon(stage: Stage, error: unknown): Promise<never> {
    const errors = await this.#lower();
    if (errors.length === 0) throw error;
    throw new AggregateError(
      [error, ...errors],
      `"${stage.name}" failed to start, and closing what was open failed too.`,
      { cause: error },
    );
  }

  async #lower(): Promise<unknown[]> {
    const errors: unknown[] = [];
    for (const stage of this.#stages.slice(0, this.#level).reverse()) {
      try {
        await stage.down();
      } catch (error) {
        errors.push(error);
      }
    }
    this.#level = 0;
    return errors;
  }

  /** The caller gets the rejection; the next call starts all the same. */
  #serve(work: () => Promise<void>): Promise<void> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
