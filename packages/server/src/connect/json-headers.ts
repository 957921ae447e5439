import type { WireHeaders } from '../wire/wire-message.js';

/**
 * A call's metadata as the headers of the operations that it carries: the call's own media type is the protocol's,
 * not that of the operations.
 *
 * @param own - headers that the call carries in its message, by their names in lower case
 */
export function jsonHeaders(metadata: WireHeaders, own: Readonly<Record<string, string>> = {}): WireHeaders {
  const known = new Map(Object.entries({ ...own, 'content-type': 'application/json' }));
  return {
    get(name) {
      const lower = name.toLowerCase();
      return known.get(lower) ?? (lower === 'content-encoding' ? null : metadata.get(name));
    },
  };
}
