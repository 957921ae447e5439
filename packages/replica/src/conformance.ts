/** The contract of `ReplicaStore` as executable cases, for whoever writes one. */
export { ConformanceFailure } from './conformance/assert.js';
export {
  type ReplicaStoreCase,
  replicaStoreCases,
  type ReplicaStoreHarness,
} from './conformance/replica-store-cases.js';
