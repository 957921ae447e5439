import { isSyncError } from '@cpc/sync-core';

/** What was tried with a file, and how each attempt ended. */
export class Attempts {
  /** The codes of typed errors, each with what was tried: `list: STORAGE_DAMAGED`. */
  told = [];
  /** Errors that no caller could make anything of. */
  bare = [];

  /**
   * @template T
   * @param {string} what
   * @param {() => T | Promise<T>} work
   * @returns {Promise<T | undefined>} `undefined` where it failed
   */
  async try(what, work) {
    try {
      return await work();
    } catch (error) {
      this.#fail(what, error);
      return undefined;
    }
  }

  /** @returns whether it did */
  async succeeds(what, work) {
    const failures = this.told.length + this.bare.length;
    await this.try(what, work);
    return this.told.length + this.bare.length === failures;
  }

  #fail(what, error) {
    if (isSyncError(error)) this.told.push(`${what}: ${error.code}`);
    else this.bare.push(`${what}: ${error?.stack?.split('\n').slice(0, 3).join(' ') ?? error}`);
  }
}
