export { injectNetworkStatus } from './inject-network-status.js';
export { injectOperation } from './inject-operation.js';
export { injectOptimistic } from './inject-optimistic.js';
export { injectPending } from './inject-pending.js';
export { injectQueueStats } from './inject-queue-stats.js';
export { injectRecord } from './inject-record.js';
export { injectRecords } from './inject-records.js';
export type { RecordSource, RecordsQuery, ShownRecord } from './record-source.js';
export { injectSync, provideSync, type SyncResources } from './provide-sync.js';
