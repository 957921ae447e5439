export { browserPreset, type BrowserPresetOptions } from '@cpc/outbox/browser';
