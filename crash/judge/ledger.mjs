/**
 * @typedef {object} Verdict
 * @property {number} operations how many operations the device acknowledged to the app
 * @property {readonly string[]} lost acknowledged, and no effect on the server
 * @property {readonly string[]} doubled a second effect: under another id, with other bytes, while the first was
 * under way, or by a sender whose lease was over
 * @property {readonly string[]} outOfOrder effects of an entity that did not follow the one before
 * @property {number} resent requests that repeated one whose answer was lost; harmless
 * @property {number} late requests that lay on their way for so long that they say nothing about who holds what
 *
 * @typedef {object} Arrival
 * @property {string} id
 * @property {string} body the payload, byte for byte: JSON of an object with `entity` and `n`
 * @property {boolean} [held] whether the sender had a lease on the operation when it sent it
 * @property {number} [sentAt] when it was sent, in milliseconds since the epoch
 */

/**
 * A request that arrives later than this was held up on its way: its sender was stopped when the bytes were still in
 * its own buffers, say. No sender can call it back, so it may meet the one that took over; the key makes it harmless.
 */
const LATE_AFTER_MS = 500;

/**
 * The judge: what the server saw, kept apart from everything that the library counts. Each entity's operations are
 * numbered from 1 and enqueued one after the other, so their effects must come in exactly that order.
 */
export class Ledger {
  /** @type {Map<string, string>} the bytes by id */
  #effects = new Map();
  /** @type {Map<string, number>} the last number by entity */
  #last = new Map();
  /** @type {Map<string, boolean>} whether the request came late, by id */
  #underWay = new Map();
  /** @type {Map<string, number>} when the app reported the id as acknowledged by the device */
  #acknowledged = new Map();
  /** From this moment on acknowledgements count; set when the device's storage was deleted on purpose. */
  #countFrom = 0;
  /** @type {string[]} */
  #doubled = [];
  /** @type {string[]} */
  #outOfOrder = [];
  #resent = 0;
  #late = 0;

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
   * @param {Arrival} arrival
   */
  apply({ id, body, held = true, sentAt = Date.now() }) {
    const before = this.#effects.get(id);
    const isLate = Date.now() - sentAt > LATE_AFTER_MS;
    if (isLate) this.#late += 1;
    if (!held) this.#doubled.push(`${id} was sent without a lease`);
    if (this.#underWay.get(id) === false && !isLate) this.#doubled.push(`${id} came while it was under way`);
    this.#underWay.set(id, isLate);
    if (before === undefined) this.#effect(id, body);
    else this.#repeat(id, body, before);
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

  /** @returns {readonly (readonly [id: string, body: string])[]} what had an effect, in the order of their coming */
  bodies() {
    return [...this.#effects];
  }

  /** @returns {Verdict} */
  verdict() {
    return {
      operations: this.#acknowledged.size,
      lost: this.missing(),
      doubled: this.#doubled,
      outOfOrder: this.#outOfOrder,
      resent: this.#resent,
      late: this.#late,
    };
  }

  /**
   * @param {string} id
   * @param {string} body
   */
  #effect(id, body) {
    const { entity, n } = JSON.parse(body);
    const last = this.#last.get(entity) ?? 0;
    const place = `${entity} #${n}, ${id}, came after #${last}`;
    if (n === last) this.#doubled.push(place);
    else if (n !== last + 1 && !(this.#countFrom > 0 && n > last)) this.#outOfOrder.push(place);
    this.#effects.set(id, body);
    this.#last.set(entity, Math.max(n, last));
  }

  /**
   * @param {string} id
   * @param {string} body
   * @param {string} before
   */
  #repeat(id, body, before) {
    this.#resent += 1;
    if (before !== body) this.#doubled.push(`${id} came with ${body} after ${before}`);
  }
}
