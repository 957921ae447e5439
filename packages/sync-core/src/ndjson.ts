/** Carries a queue from one storage to another, or into a file, as lines of JSON. */
export { exportOperations } from './ndjson/export-operations.js';
export { importOperations, type ImportSummary } from './ndjson/import-operations.js';
