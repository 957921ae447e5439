/** The first line of an export; it says how to read the others. */
export interface ExportHeader {
  readonly format: typeof EXPORT_FORMAT;
  readonly version: typeof EXPORT_VERSION;
}

export const EXPORT_FORMAT = 'cpc-sync-operations';

/** Grows when a line of an older version can no longer be read as one of the newer. */
export const EXPORT_VERSION = 1;
