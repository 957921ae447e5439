import type { DeliveryOutcome, Operation, SyncPlugin, Transport } from '@cpc/sync-core';
import type { NoticeBoard } from './notice-board.js';
import type { PostNotice } from './post-notice.js';

/** Delivers to a notice board. What the board cannot take now is tried again later. */
class NoticeTransport implements Transport {
  readonly #board: NoticeBoard;
  readonly #onPosted: () => void;

  constructor(board: NoticeBoard, onPosted: () => void) {
    this.#board = board;
    this.#onPosted = onPosted;
  }

  send(operations: readonly Operation[]): Promise<readonly DeliveryOutcome[]> {
    const outcomes = operations.map((operation) => this.#post(operation));
    this.#onPosted();
    return Promise.resolve(outcomes);
  }

  #post({ id, payload }: Operation): DeliveryOutcome {
    try {
      this.#board.post({ id, ...(payload as PostNotice) });
      return { kind: 'acknowledged' };
    } catch (error) {
      return { kind: 'retry', reason: { code: 'BOARD_FAILED', message: String(error) } };
    }
  }
}

/** @param onPosted - called after each delivery, so that open pages can be told */
export const noticeTransport = (board: NoticeBoard, onPosted: () => void): SyncPlugin => ({
  name: 'notice-board',
  transport: () => new NoticeTransport(board, onPosted),
});
