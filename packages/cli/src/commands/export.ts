import { setImmediate } from 'node:timers/promises';
import type { SqliteQueueReader } from '@cpc/storage-sqlite';
import { exportOperations } from '@cpc/sync-core/ndjson';
import { CliError } from '../cli-error.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { withReader } from '../file/with-reader.js';
import type { Session } from '../session.js';
import { amount } from '../terminal/durations.js';
import { toSafeJson } from '../terminal/escape-text.js';
import { Progress } from '../terminal/progress.js';

/** So many lines are written in one go. */
const AT_ONCE = 200;

/** `export`: every operation as a line of JSON, for `import` and for `importOperations`. */
export async function exportQueue(session: Session): Promise<ExitCode> {
  await withReader(session, async (reader) => {
    const { total, quarantined } = await reader.overview();
    const progress = new Progress(session.notes, session.io.clock, { label: 'export', total });
    await writeLines(session, reader, progress);
    await progress.end();
    if (quarantined > 0) {
      await session.notes.line(`Not part of it: ${amount(quarantined, 'record')} in quarantine, see doctor.`);
    }
  });
  return EXIT.ok;
}

async function writeLines(session: Session, reader: SqliteQueueReader, progress: Progress): Promise<void> {
  let lines: string[] = [];
  let isHeader = true;
  const flush = async (): Promise<void> => {
    session.io.signal.throwIfAborted();
    await session.out.harmless(lines.join(''));
    lines = [];
  };
  for await (const line of exportedLines(reader, session.io.signal)) {
    // Written anew, so that a terminal shows nothing that it would obey; it reads back as the same.
    lines.push(`${toSafeJson(JSON.parse(line))}\n`);
    if (!isHeader) await progress.advance(1);
    isHeader = false;
    if (lines.length === AT_ONCE) await flush();
  }
  await flush();
}

/**
 * The lines of an export; rejects where they would hold payloads that a codec wrote.
 *
 * @param signal - ends it between two pages
 */
export async function* exportedLines(
  reader: SqliteQueueReader,
  signal?: AbortSignal,
): AsyncGenerator<string> {
  const { sealed } = await reader.overview();
  if (sealed > 0) throw sealedError(sealed);
  yield* exportOperations(plain(reader, signal));
}

/** Operations as the app stored them, without what only the reader says about them. */
function plain(
  reader: SqliteQueueReader,
  signal: AbortSignal | undefined,
): Parameters<typeof exportOperations>[0] {
  return {
    list: async (query) => {
      // The driver answers at once: without a turn of the event loop nothing else would be heard meanwhile.
      await setImmediate();
      signal?.throwIfAborted();
      const page = await reader.list(query);
      return { ...page, items: page.items.map(({ isSealed, ...stored }) => stored) };
    },
  };
}

/** What a codec of the app's wrote cannot be passed on by somebody who does not have it. */
export function sealedError(sealed: number): CliError {
  return new CliError(
    EXIT.failed,
    `The payloads of ${amount(sealed, 'operation')} were written with a codec of the app, which is not known here. Do this with the app.`,
  );
}
