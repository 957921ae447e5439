/** Server-sent events, as the HTML standard has them (section 9.2). */
export interface EventSink {
  /** Leaves the event out where the reader does not keep up. @returns whether it was taken */
  readonly send: (event: string, data: string) => boolean;
  /** A comment, by which both sides notice a connection that is gone. */
  readonly beat: () => void;
}

/** More waiting chunks than these are not added to. */
const MAX_WAITING = 16;

/**
 * A body of events.
 *
 * @param begin - called when somebody reads; returns what ends it
 */
export function eventStream(begin: (sink: EventSink) => () => void): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let end: () => void = () => undefined;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const write = (text: string): boolean => {
          if ((controller.desiredSize ?? 0) <= 0) return false;
          controller.enqueue(encoder.encode(text));
          return true;
        };
        // At once, so that the reader knows that it is connected.
        write(': connected\n\n');
        end = begin({
          send: (event, data) => write(`event: ${event}\ndata: ${data}\n\n`),
          beat: () => write(':\n\n'),
        });
      },
      cancel: () => end(),
    },
    new CountQueuingStrategy({ highWaterMark: MAX_WAITING }),
  );
}
