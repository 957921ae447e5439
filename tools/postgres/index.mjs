export { findPostgres } from './find-postgres.mjs';
export { startPostgres } from './start-postgres.mjs';
