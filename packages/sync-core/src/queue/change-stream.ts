import type { Observable } from 'rxjs';
import type { QueueContext } from './queue-context.js';

/** Tells that the queue may have changed: after each event of this instance, and after each hint of its storage. */
export function changeStream({ hub, refreshers }: QueueContext): Observable<void> {
  return hub.stream((next) => {
    const tell = (): void => next();
    // One of its own for each subscriber, since a set holds the same function once.
    refreshers.add(tell);
    const stop = hub.on(({ type }) => {
      if (type !== 'failed') tell();
    });
    return () => {
      stop();
      refreshers.delete(tell);
    };
  });
}
