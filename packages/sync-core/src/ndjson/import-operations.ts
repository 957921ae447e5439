import { SyncError } from '../errors/sync-error.js';
import type { StoredOperation } from '../operation/operation-record.js';
import type { QueueStorage } from '../ports/queue-storage.js';
import { EXPORT_FORMAT, EXPORT_VERSION } from './line-format.js';

const AT_ONCE = 500;

/** What became of the lines of an import. */
export interface ImportSummary {
  readonly added: number;
  /** Operations whose ids were in the queue already. */
  readonly skipped: number;
}

/**
 * Adds exported operations at the end of a queue, in their order, with their states, attempts and history; leased
 * ones wait again. Ids that are in the queue are left alone, so an import that broke off can be repeated.
 *
 * Rejects with `STORAGE_FORMAT_NEWER` for an export of a newer version, and with `STORAGE_DAMAGED` for a line that is
 * not one of an export; the error names the line, and the complete groups of 500 lines ahead of it were added.
 *
 * @param chunks - the text, cut anywhere: lines, pieces of a file, the whole
 */
export async function importOperations(
  storage: QueueStorage,
  chunks: AsyncIterable<string> | Iterable<string>,
): Promise<ImportSummary> {
  let added = 0;
  let seen = 0;
  let waiting: StoredOperation[] = [];
  const flush = async (): Promise<void> => {
    added += (await storage.restore(waiting)).length;
    waiting = [];
  };
  for await (const { number, text } of linesOf(chunks)) {
    if (number === 1) {
      checkHeader(text);
      continue;
    }
    waiting.push(operationAt(number, text));
    seen++;
    if (waiting.length === AT_ONCE) await flush();
  }
  if (waiting.length > 0) await flush();
  return { added, skipped: seen - added };
}

interface Line {
  readonly number: number;
  readonly text: string;
}

async function* linesOf(chunks: AsyncIterable<string> | Iterable<string>): AsyncIterable<Line> {
  let rest = '';
  let number = 0;
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const text of lines) yield { number: ++number, text };
  }
  if (rest.trim() !== '') yield { number: number + 1, text: rest };
}

function checkHeader(text: string): void {
  const header = parsed(1, text);
  if (header['format'] !== EXPORT_FORMAT || typeof header['version'] !== 'number') {
    throw unreadable(1, `it must begin with {"format":"${EXPORT_FORMAT}","version":${EXPORT_VERSION}}`);
  }
  if (header['version'] > EXPORT_VERSION) {
    throw new SyncError(
      'STORAGE_FORMAT_NEWER',
      `The export has version ${header['version']}, and this one knows up to ${EXPORT_VERSION}. Update the package.`,
    );
  }
}

/** The types of the fields that every operation has; the rest is optional. */
const REQUIRED = {
  id: 'string',
  kind: 'string',
  payload: 'string',
  priority: 'number',
  rank: 'number',
  version: 'number',
  dependsOn: 'object',
  references: 'object',
  coalesces: 'boolean',
  createdAt: 'number',
  scheduledAt: 'number',
  timestamp: 'string',
  conflictRounds: 'number',
  state: 'string',
  attempts: 'number',
  attempted: 'boolean',
  history: 'object',
  dueAt: 'number',
  delayMs: 'number',
} as const satisfies Partial<Record<keyof StoredOperation, string>>;

function operationAt(number: number, text: string): StoredOperation {
  const found = parsed(number, text);
  for (const [field, type] of Object.entries(REQUIRED)) {
    if (typeof found[field] !== type) throw unreadable(number, `its ${field} must be of type ${type}`);
  }
  return found as unknown as StoredOperation;
}

function parsed(number: number, text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw unreadable(number, 'it is not JSON', cause);
  }
  if (typeof value !== 'object' || value === null) throw unreadable(number, 'it is not an object');
  return value as Record<string, unknown>;
}

function unreadable(number: number, why: string, cause?: unknown): SyncError {
  return new SyncError('STORAGE_DAMAGED', `Line ${number} is not a line of an export: ${why}.`, {
    cause,
    details: { line: number },
  });
}
