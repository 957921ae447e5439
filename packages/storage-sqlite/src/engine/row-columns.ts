/** What the app gave: never changed, but for a new operation in the place of the old. */
const CONTENT_COLUMNS = [
  'id',
  'kind',
  'entity',
  'principal',
  'payload',
  'priority',
  'rank',
  'version',
  'depends_on',
  'refs',
  'coalesces',
  'created_at',
  'scheduled_at',
  'expires_at',
  'timestamp',
  'base_version',
  'base',
  'conflict_rounds',
] as const;

/** What became of its attempts, as JSON. */
const RECORD_COLUMNS = ['history', 'failure'] as const;

/** Its progress and its place among the others: numbers only. */
export const PLACE_COLUMNS = [
  'attempts',
  'attempted',
  'hold',
  'due_at',
  'delay_ms',
  'ahead',
  'waits',
  'weight',
  'boost',
  'ready',
  'due',
] as const;

/** All columns of an operation, in the order of {@link OperationRow}. */
export const ROW_COLUMNS = [
  'sequence',
  ...CONTENT_COLUMNS,
  ...RECORD_COLUMNS,
  ...PLACE_COLUMNS,
  'checksum',
] as const;

/** Where the record, the place and the checksum begin. */
export const RECORD_AT = 1 + CONTENT_COLUMNS.length;
export const PLACE_AT = RECORD_AT + RECORD_COLUMNS.length;
export const CHECKSUM_AT = PLACE_AT + PLACE_COLUMNS.length;
export const KIND_AT = ROW_COLUMNS.indexOf('kind');
export const READY_AT = ROW_COLUMNS.indexOf('ready');

/** The columns of a {@link Placed}, in the order in which {@link placedOf} reads them. */
export const PLACED_COLUMNS = [
  'sequence',
  'id',
  'entity',
  'principal',
  'priority',
  'rank',
  ...PLACE_COLUMNS,
  'checksum',
] as const;

/** The columns that an update of a place writes, in the order of {@link placeValues}. */
export const PLACE_UPDATE_COLUMNS = [...PLACE_COLUMNS, 'checksum'] as const;

// The three parts are hashed apart and joined by XOR, so that one part changes without reading the others.
export const CONTENT_SEED = 0x1f3a;
export const RECORD_SEED = 0x2b7c;
export const PLACE_SEED = 0x3d91;
