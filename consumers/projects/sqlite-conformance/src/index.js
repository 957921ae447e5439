// The harness of the storage's own tests imports the storage from here; in this project it is the packed one.
export * from '@cpc/storage-sqlite';
