export { serviceWorkerPreset, type ServiceWorkerPresetOptions } from '@cpc/outbox/service-worker';
