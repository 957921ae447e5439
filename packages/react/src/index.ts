export { SyncProvider, type SyncProviderProps } from './sync-provider.js';
export { useSync, type SyncResources } from './sync-context.js';
export { useNetworkStatus } from './use-network-status.js';
export { useOperation } from './use-operation.js';
export { useOptimistic } from './use-optimistic.js';
export { usePending } from './use-pending.js';
export { useQueueStats } from './use-queue-stats.js';
