export { FetchTransport } from './fetch/fetch-transport.js';
export { fetchTransport } from './fetch/fetch-transport-plugin.js';
export type { FetchTransportOptions, RequestCredentials } from './fetch/fetch-transport-options.js';
export type { WireAnswer } from './fetch/wire-answer.js';
