import { access, constants, open, stat } from 'node:fs/promises';
import { CliError } from '../cli-error.js';
import { EXIT } from '../exit-code.js';

/** What an SQLite file begins with, see https://sqlite.org/fileformat2.html#magic_header_string */
const HEADER = 'SQLite format 3\0';

/** Looks at the file before SQLite does, so that what is wrong with it can be said in plain words. */
export async function probeFile(file: string, purpose: 'read' | 'write'): Promise<void> {
  const { size } = await statOf(file);
  await check(file, constants.R_OK, 'cannot be read: permission denied');
  if (purpose === 'write') await check(file, constants.W_OK, 'cannot be written: permission denied');
  if (size === 0) throw unreadable(file, 'is empty: no queue was ever written to it');
  if ((await headerOf(file)) !== HEADER) throw unreadable(file, 'is not an SQLite database');
}

async function statOf(file: string): Promise<{ readonly size: number }> {
  try {
    const found = await stat(file);
    if (found.isFile()) return found;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why =
      code === 'ENOENT' || code === 'ENOTDIR'
        ? 'does not exist'
        : `cannot be looked at (${code ?? 'unknown'})`;
    throw unreadable(file, why, cause);
  }
  throw unreadable(file, 'is not a file');
}

async function check(file: string, mode: number, why: string): Promise<void> {
  try {
    await access(file, mode);
  } catch (cause) {
    throw unreadable(file, why, cause);
  }
}

async function headerOf(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEADER.length), 0, HEADER.length, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

function unreadable(file: string, why: string, cause?: unknown): CliError {
  return new CliError(EXIT.unreadable, `${file} ${why}.`, { cause });
}
