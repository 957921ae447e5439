/** Keeps an offline copy fresh with what changed on the server. */
export type { RequestCredentials } from '../delivery/credentials.js';
export type { ChangeSource, PullContext, SourcePage } from './change-source.js';
export { FetchChangeSource, type FetchChangeSourceOptions } from './fetch-change-source.js';
export { MemoryPullTarget } from './memory-pull-target.js';
export { PendingOverlay, type PendingOverlayParts } from './pending-overlay.js';
export type { PulledChange, PulledPage, PullTarget } from './pull-target.js';
export { Puller, type PullerCollaborators, type PullerOptions, type PullStatus } from './puller.js';
