import { type FileHandle, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SyncError } from '@cpc/sync-core';
import { FORMAT, type Header, type LogLine } from './log-line.js';

/** Opens a file, as `open` of `node:fs/promises` does. */
export type OpenFile = (path: string, flags: string) => Promise<FileHandle>;

/** A file of lines that only grows: each is on the disk when `append` resolves, or not in the file at all. */
export class LogFile {
  readonly #path: string;
  readonly #openFile: OpenFile;
  #handle: FileHandle | undefined;
  /** So much of the file is whole lines. */
  #length = 0;

  constructor(path: string, openFile: OpenFile = open) {
    this.#path = path;
    this.#openFile = openFile;
  }

  /** Opens the file, or makes it, and cuts off a line that a crash has torn. */
  async open(): Promise<readonly LogLine[]> {
    const bytes = await readFile(this.#path).catch((error: unknown) => {
      if ((error as { code?: unknown }).code === 'ENOENT') return Buffer.alloc(0);
      throw error;
    });
    const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
    const [header, ...lines] = whole.toString('utf8').split('\n').slice(0, -1).map(parse);
    if (header !== undefined) checkFormat(header as Header);
    this.#handle = await this.#openFile(this.#path, bytes.length === 0 ? 'w' : 'r+');
    this.#length = whole.length;
    await this.#handle.truncate(this.#length);
    if (header === undefined) {
      await this.append({ format: FORMAT });
      await syncFolder(dirname(this.#path));
    }
    return lines as LogLine[];
  }

  async append(line: LogLine | Header): Promise<void> {
    const handle = this.#opened();
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    try {
      for (let written = 0; written < bytes.length;) {
        const { bytesWritten } = await handle.write(
          bytes,
          written,
          bytes.length - written,
          this.#length + written,
        );
        written += bytesWritten;
      }
      await handle.datasync();
      this.#length += bytes.length;
    } catch (error) {
      // What was written of the line must not stand before the next one.
      await handle.truncate(this.#length).catch(() => undefined);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
  }

  #opened(): FileHandle {
    if (this.#handle === undefined)
      throw new SyncError('STORAGE_CLOSED', 'The file is closed. Call open() first.');
    return this.#handle;
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new SyncError(
      'STORAGE_DAMAGED',
      'A line in the middle of the queue’s file is no JSON. Nothing was changed; restore the file from a copy.',
      { cause },
    );
  }
}

function checkFormat({ format }: Header): void {
  if (format <= FORMAT) return;
  throw new SyncError(
    'STORAGE_FORMAT_NEWER',
    `The queue’s file has format ${format}, and this version knows ${FORMAT}. Nothing was changed; update the package.`,
  );
}

/** A new name is on the disk when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}
