import type { ConnectRouter, ServiceImpl } from '@connectrpc/connect';
import type { MaybePromise, OperationHandler, SqliteDatabase, WireHeaders } from '@cpc/server';
import { applyCall, readMaxBytes, refusedCall, type AnsweringReceiver } from '@cpc/server/connect';
import {
  UserPreferencesService,
  type UpdatePreferencesRequest,
} from '../gen/cpc/preferences/v1/preferences_pb.js';
import { fromChangeMessage, toMessage } from '../messages/messages.js';
import type { Preferences } from '../preferences.js';
import { preferencesEntity } from '../update-preferences.js';
import { PreferencesTable } from './preferences-table.js';
import { mayTouch, updateHandler } from './update-handler.js';

export interface UserPreferencesOptions {
  /** The receiver's database: effects and keys are committed together. */
  readonly database: SqliteDatabase;
  /** The same as the receiver's. @defaultValue everybody is the same principal, who may do everything */
  readonly authenticate?: (headers: WireHeaders) => MaybePromise<string | undefined>;
  /** What holds for a person who never chose anything. */
  readonly defaults?: Preferences;
}

export interface UserPreferencesParts {
  /** For the receiver, besides the app's own. */
  readonly handlers: Readonly<Record<'preferences.update', OperationHandler<SqliteDatabase>>>;
  /** `cpc.preferences.v1.UserPreferencesService`, for `connectNodeAdapter` or a router. */
  readonly routes: (receiver: AnsweringReceiver) => (router: ConnectRouter) => void;
}

/**
 * The server's half: a handler for the changes that devices send, and the
 * gRPC service that everybody can call. Both change the same rows by the same receiver, so a change that names an
 * idempotency key has one effect, whichever way it comes.
 */
export function userPreferences(options: UserPreferencesOptions): UserPreferencesParts {
  const { database, authenticate = () => '', defaults } = options;
  const table = new PreferencesTable(database, defaults);
  return {
    handlers: { 'preferences.update': updateHandler(table) },
    routes: (receiver) => (router) => {
      const service: ServiceImpl<typeof UserPreferencesService> = {
        async getPreferences({ user }, { requestHeader }) {
          const principal = await authenticate(requestHeader);
          if (principal === undefined) throw refusedCall('UNAUTHENTICATED');
          if (!mayTouch(principal, user)) throw refusedCall('FORBIDDEN');
          return { preferences: toMessage(table.read(user)) };
        },
        async updatePreferences(request, { requestHeader }) {
          return { preferences: toMessage(await update(receiver, request, requestHeader)) };
        },
      };
      router.service(UserPreferencesService, service, { readMaxBytes: readMaxBytes(receiver) });
    },
  };
}

/** Hands the change over to the receiver, as the operation that a device would send. */
async function update(
  receiver: AnsweringReceiver,
  { user, change, idempotencyKey = crypto.randomUUID() }: UpdatePreferencesRequest,
  metadata: WireHeaders,
): Promise<Preferences> {
  const payload = { user, change: change && fromChangeMessage(change) };
  const entity = preferencesEntity(user);
  const operation = { kind: 'preferences.update', key: idempotencyKey, entity, payload };
  return (await applyCall(receiver, operation, metadata)) as Preferences;
}
