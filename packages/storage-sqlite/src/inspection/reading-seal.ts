import type { PayloadSeal } from '../engine/payload-seal.js';

/** Shows text as it is, and of what a codec wrote how long it is: a reader has no codec. */
export const readingSeal: PayloadSeal = {
  isPlain: true,
  seal: () => {
    throw new TypeError('a reader writes nothing');
  },
  expect: () => undefined,
  open: (value) =>
    typeof value === 'string'
      ? value
      : JSON.stringify({ sealedBytes: value instanceof Uint8Array ? value.length : 0 }),
};
