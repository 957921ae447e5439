export { boundedFetch, type BoundedFetchOptions } from './bounded-fetch.js';
export { connectTransport } from './connect-transport-plugin.js';
export { ConnectTransport } from './connect-transport.js';
export type { ConnectTransportOptions } from './connect-transport-options.js';
export { errorOfCall } from './error-of-call.js';
export { outcomeOfCode, type CodeContext } from './outcome-of-code.js';
export type { RequestCredentials } from '../delivery/credentials.js';
