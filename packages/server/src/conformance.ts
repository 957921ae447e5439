/** The protocol as executable cases, for endpoints of any origin. A subpath of its own, so that no server ships it. */
export { endpointCases, type EndpointCase } from './conformance/endpoint-cases.js';
export type { EndpointHarness } from './conformance/endpoint-harness.js';
