/**
 * The protocol and the contract of stores as executable cases, for endpoints and databases of any origin. A
 * subpath of its own, so that no server ships it.
 */
export { effectStoreCases, type EffectStoreCase } from './conformance/effect-store-cases.js';
export type {
  EffectStoreHarness,
  EffectStoreSettings,
  EffectStoreUnderTest,
} from './conformance/effect-store-harness.js';
export { endpointCases } from './conformance/endpoint-cases.js';
export type { EndpointCase } from './conformance/endpoint-case.js';
export type { EndpointHarness } from './conformance/endpoint-harness.js';
