/**
 * Looks over a storage's shoulder: which leases it gave, and until when, by the wall clock. So a transport can tell
 * the judge whether the sender held what it sent, which the library's own books must not decide.
 */
export class LeaseWitness {
  /** @type {Map<string, number>} the end of the lease by id */
  #until = new Map();

  /**
   * What a transport says of an operation that it sends now.
   *
   * @param {string} id
   */
  statementOn(id) {
    const sentAt = Date.now();
    return { held: sentAt < (this.#until.get(id) ?? 0), sentAt };
  }

  /**
   * The storage, watched. With `thinkMs` it is slow to hand out what it claimed, so that a process that is stopped
   * at random is mostly stopped between its claim and its send.
   *
   * @template {object} Storage
   * @param {Storage} storage
   * @returns {Storage}
   */
  watch(storage, { thinkMs = 0 } = {}) {
    const watched = {
      claim: async (request) => {
        const claim = await storage.claim(request);
        for (const { id } of claim.operations) this.#until.set(id, claim.leaseUntil);
        if (thinkMs > 0) await new Promise((resolve) => setTimeout(resolve, thinkMs));
        return claim;
      },
      renew: async (token, ids, leaseUntil, leaseMs) => {
        const held = await storage.renew(token, ids, leaseUntil, leaseMs);
        for (const id of held) this.#until.set(id, leaseUntil);
        return held;
      },
    };
    return new Proxy(storage, {
      get(target, name) {
        const member = watched[name] ?? target[name];
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
  }
}
