/** Spans and metrics through `@opentelemetry/api`. A subpath of its own, so that the core does not need it. */
export { recordMetrics } from './opentelemetry/record-metrics.js';
export { tracedTransport } from './opentelemetry/traced-transport.js';
