import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { isSyncError } from '@cpc/sync-core';
import { importOperations, type ImportSummary } from '@cpc/sync-core/ndjson';
import { CliError } from '../cli-error.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { requireWrite, withOpenStorage, withStorage } from '../file/with-storage.js';
import type { CommonOptions, Session } from '../session.js';
import { amount, count } from '../terminal/durations.js';
import { Progress } from '../terminal/progress.js';

export interface ImportOptions extends CommonOptions {
  readonly create?: boolean;
}

/** What `import --json` prints. */
export type ImportReport = ImportSummary;

/** `import`: adds exported operations, from a file or from standard input. */
export async function importQueue(
  session: Session<ImportOptions>,
  source: string | undefined,
): Promise<ExitCode> {
  requireWrite(session, 'adds operations');
  const input = source === undefined || source === '-' ? session.io.stdin : await readFrom(source);
  const open = session.options.create === true ? withOpenStorage : withStorage;
  const progress = new Progress(session.notes, session.io.clock, { label: 'import' });
  const report = await open(session, 'passed on', (storage) =>
    importOperations(storage, counted(session, input, progress)),
  ).catch((error: unknown) => {
    throw inputError(error);
  });
  await progress.end();
  if (session.options.json) await session.out.json(report);
  else {
    await session.out.line(
      `Added ${amount(report.added, 'operation')}; in the queue already: ${count(report.skipped)}.`,
    );
  }
  return EXIT.ok;
}

async function readFrom(source: string): Promise<AsyncIterable<Uint8Array>> {
  try {
    await access(source);
  } catch (cause) {
    throw new CliError(EXIT.unreadable, `${source} does not exist or cannot be read.`, { cause });
  }
  return createReadStream(source) as AsyncIterable<Uint8Array>;
}

/** The text, its lines counted as they pass, but for the header. */
async function* counted(
  session: Session,
  input: AsyncIterable<Uint8Array>,
  progress: Progress,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let isFirst = true;
  for await (const bytes of input) {
    await session.nextRound();
    const text = decoder.decode(bytes, { stream: true });
    const lines = text.split('\n').length - 1;
    await progress.advance(Math.max(0, isFirst ? lines - 1 : lines));
    isFirst = false;
    yield text;
  }
  yield decoder.decode();
}

/** Damage that has a line is in what is imported, not in the queue. */
function inputError(error: unknown): unknown {
  const code = (error as { readonly code?: unknown } | null)?.code;
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
    return new CliError(EXIT.unreadable, 'What is to be imported is not UTF-8 text.', { cause: error });
  }
  if (!isSyncError(error, 'STORAGE_DAMAGED') || error.details['line'] === undefined) return error;
  return new CliError(
    EXIT.unreadable,
    `${error.message} The complete groups of 500 lines ahead of it were added; correct the line and import again, which skips them.`,
    { cause: error },
  );
}
