export { nodePreset, type NodePresetOptions } from '@cpc/outbox/node';
