import { later, rejected } from '../answer/handler-answer.js';
import type { MaybePromise, ReadOperation } from '../ports/operation-handler.js';
import type { ReceivedOperation } from '../ports/received-operation.js';
import { chain } from '../store/chain.js';
import type { SchemaIssue, SharedDefinition } from './shared-definition.js';

/** How long a device waits that is newer than this server, which is about to be updated too. */
const NEWER_SECONDS = 60;

/** Brings an operation up to the definition's version and checks its payload. */
export function readByDefinition<Payload>(
  definition: SharedDefinition<Payload>,
  operation: ReceivedOperation,
): MaybePromise<ReadOperation> {
  const { version, schema } = definition;
  if (operation.version > version) {
    const detail = `This server knows version ${version} of ${definition.kind}, not ${operation.version} yet.`;
    return { ok: false, answer: later(NEWER_SECONDS, detail) };
  }
  let { payload } = operation;
  for (let from = operation.version; from < version; from++) {
    const upcast = definition.upcast?.[from];
    if (upcast === undefined) {
      const detail = `Version ${operation.version} of ${definition.kind} is no longer taken; update the app.`;
      return { ok: false, answer: rejected('VERSION_UNSUPPORTED', detail) };
    }
    payload = upcast(payload);
  }
  if (schema === undefined) return { ok: true, operation: { ...operation, payload, version } };
  return chain(schema['~standard'].validate(payload), (result) =>
    result.issues === undefined
      ? { ok: true, operation: { ...operation, payload: result.value, version } }
      : { ok: false, answer: rejected('PAYLOAD_INVALID', detailOf(result.issues)) },
  );
}

/** The first few, since a payload may have thousands. */
function detailOf(issues: readonly SchemaIssue[]): string {
  const sentences = issues.slice(0, 5).map(({ message, path = [] }) => {
    const keys = path.map((part) => String(typeof part === 'object' ? part.key : part));
    return keys.length === 0 ? message : `${keys.join('.')}: ${message}`;
  });
  return sentences.join('; ').slice(0, 1_000);
}
