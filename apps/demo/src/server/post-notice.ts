import { defineOperation, OperationPriority } from '@cpc/sync-core';

export interface PostNotice {
  readonly text: string;
  readonly postedAt: number;
}

/** What the server itself enqueues: a notice for the board. */
export const postNotice = defineOperation<PostNotice>('notices.post', { priority: OperationPriority.Medium });
