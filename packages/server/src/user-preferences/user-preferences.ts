import { randomUUID } from 'node:crypto';
import type { ConnectRouter, ServiceImpl } from '@connectrpc/connect';
import { problem } from '../answer/problem.js';
import { problemOf, type AnswerBody } from '../connect/answer-body.js';
import { readMaxBytes } from '../connect/connect-receiver.js';
import { errorOfProblem } from '../connect/error-of-problem.js';
import { jsonHeaders } from '../connect/json-headers.js';
import type { MaybePromise, OperationHandler } from '../ports/operation-handler.js';
import type { SqliteDatabase } from '../sqlite/sqlite-database.js';
import type { AnsweringReceiver } from '../wire/answering-receiver.js';
import type { WireHeaders } from '../wire/wire-message.js';
import {
  UserPreferencesService,
  type UpdatePreferencesRequest,
} from './gen/cpc/preferences/v1/preferences_pb.js';
import { changeOf, toMessage } from './messages.js';
import { PreferencesTable } from './preferences-table.js';
import type { PreferencesValue } from './preferences-value.js';
import { mayTouch, updateHandler } from './update-handler.js';

export interface UserPreferencesOptions {
  /** The receiver's database: effects and keys are committed together. */
  readonly database: SqliteDatabase;
  /** The same as the receiver's. @defaultValue everybody is the same principal, who may do everything */
  readonly authenticate?: (headers: WireHeaders) => MaybePromise<string | undefined>;
  /** What holds for a person who never chose anything. */
  readonly defaults?: PreferencesValue;
}

export interface UserPreferencesParts {
  /** For the receiver, besides the app's own. */
  readonly handlers: Readonly<Record<'preferences.update', OperationHandler<SqliteDatabase>>>;
  /** `cpc.preferences.v1.UserPreferencesService`, for `connectNodeAdapter` or a router. */
  readonly routes: (receiver: AnsweringReceiver) => (router: ConnectRouter) => void;
}

/**
 * The server's half of `@cpc/adapters/user-preferences`: a handler for the changes that devices send, and the
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
          if (principal === undefined) throw errorOfProblem(problemOf(problem('UNAUTHENTICATED')));
          if (!mayTouch(principal, user)) throw errorOfProblem(problemOf(problem('FORBIDDEN')));
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
  { user, change, idempotencyKey = randomUUID() }: UpdatePreferencesRequest,
  metadata: WireHeaders,
): Promise<PreferencesValue> {
  const bytes = new TextEncoder().encode(JSON.stringify({ user, change: change && changeOf(change) }));
  const reply = await receiver.answer({
    method: 'POST',
    path: `${receiver.path}/preferences.update`,
    headers: jsonHeaders(metadata, {
      'idempotency-key': `"${idempotencyKey.replace(/["\\]/g, '\\$&')}"`,
      'sync-entity': encodeURIComponent(`preferences/${user}`),
    }),
    body: (maxBytes) => Promise.resolve(bytes.byteLength > maxBytes ? undefined : bytes),
  });
  const body = JSON.parse(reply.body) as AnswerBody;
  if (reply.status >= 400) throw errorOfProblem(problemOf(body));
  return body.result as PreferencesValue;
}
