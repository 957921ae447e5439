import type { Records } from '../connection/records.js';
import { incompressible } from '../format/incompressible.js';
import { RESERVE_PIECES, reserveKey, reserveRange } from '../format/store-layout.js';

/**
 * Room that is kept for the day on which there is none: records that say nothing, in the queue's own store. Whatever
 * takes operations out of the queue may remove them, piece by piece; whatever adds some puts them back first, in the
 * same transaction, and so is refused until there is room for both.
 */
export class Reserve {
  readonly #pieceBytes: number;
  /** The reading of the mirror since which it is complete. */
  #completeSince: number | undefined = undefined;

  /** @param bytes - of the whole reserve; 0 for none */
  constructor(bytes: number) {
    this.#pieceBytes = Math.ceil(bytes / RESERVE_PIECES / 4) * 4;
  }

  async isComplete(records: Records): Promise<boolean> {
    return this.#pieceBytes === 0 || (await records.keys(reserveRange())).length === RESERVE_PIECES;
  }

  /**
   * Puts in what is missing.
   *
   * @param reading - of the mirror; as long as it is the same nobody else took anything, so nobody needs to look
   */
  async complete(records: Records, reading: number): Promise<void> {
    if (this.#completeSince === reading) return;
    this.#completeSince = reading;
    if (await this.isComplete(records)) return;
    for (let piece = 0; piece < RESERVE_PIECES; piece++)
      records.put(reserveKey(piece), incompressible(this.#pieceBytes, piece));
  }

  /** @returns whether there was a piece to remove */
  async giveUpPiece(records: Records): Promise<boolean> {
    this.#completeSince = undefined;
    const last = await records.lastKey(reserveRange());
    if (last !== undefined) records.delete(last);
    return last !== undefined;
  }
}
