/**
 * Every code that this library gives, with its meaning. Codes are stable: programs may branch on them, in
 * `SyncError.code` and in `SyncFailure.code`.
 */
export const SYNC_ERROR_CODES = [
  /** The kind is not registered with the queue. */
  'OPERATION_KIND_UNKNOWN',
  /** The same kind was registered twice. */
  'OPERATION_KIND_DUPLICATE',
  /** An option or field of the operation is out of range; the message names it. */
  'OPERATION_INVALID',
  /** The id is in the queue with another kind or payload. */
  'OPERATION_ID_REUSED',
  /** The stored operation was written by a newer version of the app. */
  'OPERATION_VERSION_NEWER',
  /** An upcaster is missing or threw. */
  'OPERATION_UPCAST_FAILED',
  /** The operation is no longer in the queue, or is being sent and cannot be changed now. */
  'OPERATION_NOT_AVAILABLE',
  /**
   * It is somebody else's: the operation that was to be changed belongs to another principal than the one who is signed
   * in, or the server takes the device for another one than whose operation it sends.
   */
  'PRINCIPAL_MISMATCH',
  /** The payload is not exactly representable as JSON; the message names the path. */
  'PAYLOAD_NOT_JSON',
  /** The payload's JSON is larger than `maxPayloadBytes`. */
  'PAYLOAD_TOO_LARGE',
  /** The definition's schema refused the payload. */
  'PAYLOAD_INVALID',
  /** The queue holds `maxPending` operations. */
  'QUEUE_FULL',
  /** The storage is not open. */
  'STORAGE_CLOSED',
  /** The storage failed; the cause tells how. */
  'STORAGE_FAILED',
  /** No space is left on the device, or the browser's quota is used up. */
  'STORAGE_FULL',
  /** Another process or tab held the storage for too long. */
  'STORAGE_BUSY',
  /** A connection that goes on reading an old state keeps the database's log from being emptied, so that it grows. */
  'STORAGE_LOG_HELD',
  /**
   * A key of the payload codec is not the one under whose number the stored payloads were written. Nothing was changed:
   * open with the key of before, and give a new key a number of its own.
   */
  'STORAGE_KEY_WRONG',
  /** The stored data was written by a newer version of the library and was left untouched. */
  'STORAGE_FORMAT_NEWER',
  /** A stored record is unreadable or fails its checksum. */
  'STORAGE_DAMAGED',
  /** The lease ended before the work did. */
  'LEASE_LOST',
  /** No answer came in time. */
  'ATTEMPT_TIMEOUT',
  /** The request could not be sent, or the connection broke. */
  'NETWORK_UNREACHABLE',
  /** Something answered that is not the server: a captive portal, a gateway, or the address is wrong. */
  'NETWORK_CAPTIVE',
  /** The transport threw, or answered with something that is not an outcome. */
  'TRANSPORT_FAILED',
  /** The server answered that the principal must sign in. */
  'UNAUTHENTICATED',
  /** The server will not take the operation. */
  'REJECTED',
  /** The server asked to come again later, or failed. */
  'SERVER_RETRY',
  /** `maxAttempts` answers asked for another attempt. */
  'ATTEMPTS_EXHAUSTED',
  /** `expiresAt` passed before the operation could be delivered. */
  'OPERATION_EXPIRED',
  /** The resolver threw, hung, or answered with something that is not a resolution. */
  'RESOLVER_FAILED',
  /** The resolver left the decision to a person. */
  'CONFLICT_DEFERRED',
  /** The change met more conflicts than `maxConflictRounds`. */
  'CONFLICT_UNRESOLVED',
  /** A backoff or a rule of the app threw, or gave what is none; the library's own took its place. */
  'RULES_FAILED',
  /**
   * It refers to a thing that never came to be, since what would have made it was given up, expired or cancelled, or to
   * one that damage of the storage took away.
   */
  'REFERENCE_ENDED',
  /** The worker was stopped. */
  'STOPPED',
  /** A listener of the app threw. */
  'LISTENER_FAILED',
  /** A service failed online, and the call is not made offline instead. */
  'ONLINE_FAILED',
  /** A service failed on the offline copy, and the network was no way out. */
  'OFFLINE_FAILED',
  /** A service failed online and on the offline copy. */
  'DUAL_FAILED',
  /** Two plugins for one port, or none; the message names them. */
  'PLUGIN_CONFLICT',
  'PLUGIN_MISSING',
  /** A plugin's factory is asynchronous or gives no object, or there is no port of its name. */
  'PLUGIN_INVALID',
] as const;

export type SyncErrorCode = (typeof SYNC_ERROR_CODES)[number];

/** `Symbol.for` survives two installed copies of this package, where `instanceof` does not. */
const BRAND = Symbol.for('@cpc/SyncError');

export interface SyncErrorOptions {
  readonly cause?: unknown;
  /** What the code alone does not say: ids, limits, paths. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The one family of errors that this library rejects with. Branch on `code`, never on the message. */
export class SyncError extends Error {
  override readonly name = 'SyncError';
  readonly code: SyncErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: SyncErrorCode, message: string, options: SyncErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.details = options.details ?? {};
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** Whether the value is a {@link SyncError}, of the given code if one is given. */
export function isSyncError<C extends SyncErrorCode>(
  value: unknown,
  code?: C,
): value is SyncError & { code: C } {
  return (
    typeof value === 'object' &&
    value !== null &&
    BRAND in value &&
    (code === undefined || (value as { code?: unknown }).code === code)
  );
}
