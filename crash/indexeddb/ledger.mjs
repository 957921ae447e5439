/**
 * @typedef {object} Verdict
 * @property {number} operations how many operations the device acknowledged to the app
 * @property {number} lost acknowledged, and no effect on the server
 * @property {number} doubled a second effect: under another id, with other bytes, or while the first was under way
 * @property {number} outOfOrder effects of an entity that did not follow the one before
 * @property {number} resent requests that repeated one whose answer was lost; harmless
 */

/**
 * The judge: what the server saw, kept apart from everything that the library counts. Each entity's operations are
 * numbered from 1 and enqueued one after the other, so their effects must come in exactly that order.
 */
export class Ledger {
  /** @type {Map<string, string>} the bytes by id */
  #effects = new Map();
  /** @type {Map<string, number>} the last number by entity */
  #last = new Map();
  /** @type {Set<string>} */
  #underWay = new Set();
  /** @type {Map<string, number>} when the app reported the id as acknowledged by the device */
  #acknowledged = new Map();
  /** From this moment on acknowledgements count; set when the device's storage was deleted on purpose. */
  #countFrom = 0;
  #doubled = 0;
  #outOfOrder = 0;
  #resent = 0;

  get effects() {
    return this.#effects.size;
  }

  /** @param {string} id */
  acknowledge(id) {
    this.#acknowledged.set(id, performance.now());
  }

  /**
   * A request arrives. Call the result when it was answered.
   *
   * @param {{ id: string, entity: string, n: number, body: string }} request
   */
  apply({ id, entity, n, body }) {
    if (this.#underWay.has(id)) this.#doubled += 1;
    this.#underWay.add(id);
    const before = this.#effects.get(id);
    if (before !== undefined) {
      this.#resent += 1;
      if (before !== body) this.#doubled += 1;
    } else {
      const last = this.#last.get(entity) ?? 0;
      if (n === last) this.#doubled += 1;
      else if (n !== last + 1 && !(this.#countFrom > 0 && n > last)) this.#outOfOrder += 1;
      this.#effects.set(id, body);
      this.#last.set(entity, Math.max(n, last));
    }
    return () => this.#underWay.delete(id);
  }

  /** The device's storage was deleted: what it held is gone by somebody's will, and gaps are no disorder. */
  forgetDevice() {
    this.#countFrom = performance.now();
  }

  /** @returns {readonly string[]} */
  missing() {
    return [...this.#acknowledged]
      .filter(([id, at]) => at >= this.#countFrom && !this.#effects.has(id))
      .map(([id]) => id);
  }

  /** @returns {Verdict} */
  verdict() {
    return {
      operations: this.#acknowledged.size,
      lost: this.missing().length,
      doubled: this.#doubled,
      outOfOrder: this.#outOfOrder,
      resent: this.#resent,
    };
  }
}
