import { bodyOf } from './body.mjs';

/**
 * @typedef {object} Found what a client and the judge say of a copy
 * @property {readonly (readonly [id: string, body: string])[]} effects in their order
 * @property {readonly (readonly [id: string, state: string])[]} left in the queue
 * @property {readonly string[]} aside the ids of what was told as put into quarantine
 * @property {readonly string[]} parked the ids of what was told as parked
 * @property {readonly string[]} told typed errors
 * @property {readonly string[]} bare errors without a code
 * @property {boolean} isOver whether it went on without an end
 */

/** The operations as they are known, and what became of them in a file that nobody altered. */
export class Known {
  /** @type {Map<string, { entity: string, n: number }>} */
  #places = new Map();
  /** @type {Map<string, string>} */
  #bodies = new Map();
  #operations;
  #delivered;
  #left;

  /**
   * @param {readonly object[]} operations all that was ever enqueued
   * @param {Found} intact
   */
  constructor(operations, { effects, left }) {
    this.#operations = new Map(operations.map((operation) => [operation.id, operation]));
    for (const operation of operations) {
      const body = bodyOf(operation, operation.payload);
      this.#bodies.set(operation.id, body);
      const { entity, n } = JSON.parse(body);
      this.#places.set(operation.id, { entity, n });
    }
    // Ids that were assigned stand in what was sent.
    for (const [id, body] of effects) this.#bodies.set(id, body);
    this.#delivered = new Set(effects.map(([id]) => id));
    this.#left = new Map(left);
  }

  /**
   * What is wrong with a copy.
   *
   * @param {Found} found
   * @param {{ table: string, id?: string }} victim what was altered: of an operation, its id as it was
   */
  judge({ effects, left, aside, parked, told, bare, isOver, doubled }, victim) {
    const sent = new Map(effects);
    const kept = new Map(left);
    const isRow = victim.id !== undefined;
    const isPutAside = aside.length > 0;
    const faults = { lost: [], doubled: [...doubled], outOfOrder: this.#disorder(effects) };
    for (const error of bare) faults.lost.push(`an error without a code: ${error}`);
    if (isOver) faults.lost.push('it went on without an end');
    // A file that is refused with a word is not drained, and nothing of it is sent.
    if (told.some((one) => one.startsWith('open:'))) {
      if (victim.table !== 'formats')
        faults.lost.push(`one altered value, and the file was refused: ${told}`);
      return faults;
    }
    if (told.length > 0) faults.lost.push(`calls failed: ${told}`);
    for (const [id, body] of sent) {
      if (body !== this.#bodies.get(id)) faults.doubled.push(`altered: ${id} was sent as ${body}`);
      else if (
        !this.#delivered.has(id) &&
        !(isPutAside && this.#standsBehind(id, victim.id)) &&
        victim.table !== 'past'
      )
        faults.doubled.push(`${id} was sent, which nobody asked for`);
    }
    if (aside.length > (isRow ? 1 : 0)) faults.lost.push(`${aside.length} were put aside, ${aside}`);
    for (const id of this.#delivered) {
      const isGone = isRow && id === victim.id && isPutAside;
      const isHeld = parked.includes(id) && this.#refersTo(id, victim);
      if (!sent.has(id) && !isGone && !isHeld)
        faults.lost.push(`${id} was not sent, and is ${kept.get(id) ?? 'nowhere'}`);
    }
    for (const [id, state] of this.#left) {
      const isFreed = isPutAside && (id === victim.id || this.#standsBehind(id, victim.id));
      if (kept.get(id) !== state && !isFreed && !sent.has(id))
        faults.lost.push(`${id} was ${state}, and is ${kept.get(id) ?? 'nowhere'}`);
    }
    return faults;
  }

  /** Whether one waited for another, which goes when that one is put aside. */
  #standsBehind(id, ahead) {
    const [one, other] = [this.#places.get(id), this.#places.get(ahead)];
    return one !== undefined && one.entity === other?.entity && one.n > other.n;
  }

  /** Whether one has nothing to refer to any more: what it mentions is put aside, or nobody knows its permanent id. */
  #refersTo(id, victim) {
    const { references } = this.#operations.get(id);
    return (
      references.length > 0 &&
      (victim.table === 'assignments' || references.some((one) => one.id === victim.id))
    );
  }

  #disorder(effects) {
    const at = new Map(effects.map(([id], index) => [id, index]));
    const faults = [];
    const last = new Map();
    for (const [id] of effects) {
      const { entity, n } = this.#places.get(id) ?? {};
      if (n < (last.get(entity) ?? 0)) faults.push(`${id} came after #${last.get(entity)}`);
      last.set(entity, n);
      for (const blocker of this.#operations.get(id)?.dependsOn ?? [])
        if (at.get(blocker) > at.get(id)) faults.push(`${id} came before ${blocker}`);
    }
    return faults;
  }
}
