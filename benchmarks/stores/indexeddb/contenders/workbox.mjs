/* global Request */
import { Queue } from 'workbox-background-sync/Queue.js';
import { payload } from './payload.mjs';

// It expects a service worker around it; in a page it stores and replays just the same.
globalThis.registration ??= {};

/** Its transactions cannot be made strict. */
export const workbox = {
  open: async (name) => {
    const queue = new Queue(name, { forceSyncFallback: true, onSync: async () => undefined });
    let next = 0;
    const request = () => new Request('/change', { method: 'POST', body: JSON.stringify(payload(next++)) });
    return {
      enqueue: (n) => Promise.all(Array.from({ length: n }, () => queue.pushRequest({ request: request() }))),
      drain: async () => {
        while ((await queue.shiftRequest()) !== undefined);
      },
      close: async () => undefined,
    };
  },
};
