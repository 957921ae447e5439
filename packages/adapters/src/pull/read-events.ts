export interface EventReader {
  /** Called for each part that arrives, whatever it says. */
  readonly alive: () => void;
  readonly event: (name: string) => void;
}

/** Longer unfinished events than this are nobody's that we know. */
const MAX_PENDING = 64_000;

/**
 * Reads server-sent events to the end of the stream; of each only its name counts here. `EventSource` would do, but
 * sends no credentials in headers.
 */
export async function readEvents(stream: ReadableStream<Uint8Array>, reader: EventReader): Promise<void> {
  const decoder = new TextDecoder();
  const source = stream.getReader();
  let pending = '';
  try {
    for (let part = await source.read(); !part.done; part = await source.read()) {
      reader.alive();
      pending += decoder.decode(part.value, { stream: true });
      const blocks = pending.split(/\r\n\r\n|\n\n|\r\r/);
      pending = (blocks.pop() ?? '').slice(-MAX_PENDING);
      for (const block of blocks) {
        const name = /^event: ?(.*)$/m.exec(block)?.[1];
        if (name !== undefined) reader.event(name.trim());
      }
    }
  } finally {
    source.releaseLock();
  }
}
