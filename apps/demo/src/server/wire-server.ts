import { createSyncContainer, type SyncContainer } from '@cpc/container';
import { sqliteStorage } from '@cpc/storage-sqlite';
import type { NoticeBoard } from './notice-board.js';
import { noticeTransport } from './notice-transport.js';
import { postNotice } from './post-notice.js';

/** The server's wiring: the same queue as in the page, in a SQLite file, with another way out. */
export function wireServer(file: string, board: NoticeBoard, onPosted: () => void): SyncContainer {
  return createSyncContainer({
    plugins: [sqliteStorage({ file }), noticeTransport(board, onPosted)],
    operations: [postNotice],
  });
}
