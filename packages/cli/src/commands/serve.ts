import { once } from 'node:events';
import { EXIT, type ExitCode } from '../exit-code.js';
import { withReader } from '../file/with-reader.js';
import { fileSource } from '../serve/file-source.js';
import { InspectorServer } from '../serve/inspector-server.js';
import type { CommonOptions, Session } from '../session.js';

export interface ServeOptions extends CommonOptions {
  readonly port: number;
}

/** What `serve --json` prints once it can be opened. */
export interface ServeReport {
  /** With the token; whoever has it may look at the file. */
  readonly url: string;
}

/** `serve`: shows the inspector for the file on this machine, until it is interrupted. */
export async function serve(session: Session<ServeOptions>): Promise<ExitCode> {
  const { io, out, notes, options } = session;
  await withReader(session, async (reader) => {
    const server = new InspectorServer(fileSource(session, reader));
    const report: ServeReport = { url: await server.start(options.port) };
    try {
      if (options.json) await out.json(report);
      else {
        await out.line(report.url);
        await notes.line('Open this address in a browser of this machine. Ctrl-C ends it.');
      }
      if (!io.signal.aborted) await once(io.signal, 'abort');
    } finally {
      await server.stop();
    }
  });
  return EXIT.ok;
}
