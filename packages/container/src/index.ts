export {
  createSyncContainer,
  type SyncContainer,
  type SyncContainerOptions,
} from './create-sync-container.js';
export { syncModule, type SyncModuleOptions } from './sync-module.js';
export { PORT_TOKENS, TOKENS } from './tokens.js';
