import type { ChangePage } from '../ports/change-log.js';

/** Where a reader is: behind this position; and the head when it began, while it has not read that far. */
export interface Checkpoint {
  readonly since: number;
  readonly began?: number;
}

/** As it goes over the wire: `12`, or `12-40`. Opaque to the reader. `undefined` where the text is none. */
export function parseCheckpoint(text: string | null): Checkpoint | undefined {
  if (text === null) return { since: 0 };
  const match = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(text);
  if (match === null) return undefined;
  const since = Number(match[1]);
  return match[2] === undefined ? { since } : { since, began: Number(match[2]) };
}

/** Where one change stands, as an acknowledgement tells it. A copy whose checkpoint is not smaller holds the change. */
export function formatPosition(position: number | string, channel: string): string {
  return `${position}@${channel}`;
}

export function formatCheckpoint({ since, began }: Checkpoint, page: ChangePage): string {
  const start = since === 0 ? page.head : began;
  const isBehind = page.more && start !== undefined && page.position < start;
  return isBehind ? `${page.position}-${start}` : String(page.position);
}
