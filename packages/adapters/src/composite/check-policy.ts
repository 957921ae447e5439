import { atLeastOne } from '../delivery/at-least-one.js';
import { checkFunction, shown } from '../delivery/check-parts.js';

/** What each kind of policy must have, and may have. */
const FUNCTIONS = {
  read: { required: ['entity', 'keep'], optional: ['overlay', 'keptAt'] },
  write: { required: ['entity', 'payload'], optional: ['options', 'result'] },
  online: { required: [], optional: [] },
  offline: { required: [], optional: [] },
} as const;

/**
 * Checks a method's policy, and that the services which it calls have the method: a write that found out later would be
 * queued by then.
 *
 * @throws TypeError or RangeError that names the method
 */
export function checkPolicy(
  name: string,
  value: unknown,
  { online, offline }: { readonly online: unknown; readonly offline: unknown },
): void {
  const policy = Object(value) as Readonly<Record<string, unknown>>;
  const { kind } = policy;
  if (typeof kind !== 'string' || !Object.hasOwn(FUNCTIONS, kind)) {
    throw new TypeError(
      `methods.${name} takes a policy of the kind read, write, online or offline; got ${shown(value)}`,
    );
  }
  const { required, optional } = FUNCTIONS[kind as keyof typeof FUNCTIONS];
  const given = optional.filter((part) => policy[part] !== undefined);
  for (const part of [...required, ...given]) checkFunction(`methods.${name}.${part}`, policy[part]);
  if (policy['timeoutMs'] !== undefined)
    atLeastOne(`methods.${name}.timeoutMs`, policy['timeoutMs'] as number);
  const { waitMs = 0 } = policy;
  if (waitMs !== 0) atLeastOne(`methods.${name}.waitMs`, waitMs as number);
  if (
    kind === 'write' &&
    typeof (Object(policy['operation']) as { readonly kind?: unknown }).kind !== 'string'
  ) {
    throw new TypeError(`methods.${name}.operation takes what defineOperation gave`);
  }
  for (const [side, service] of Object.entries({ online, offline })) {
    const isCalled = kind === 'read' || kind === side || (kind === 'write' && side === 'offline');
    const member: unknown = (Object(service) as Readonly<Record<string, unknown>>)[name];
    if (isCalled && typeof member !== 'function') {
      throw new TypeError(`methods names '${name}', which the ${side} service does not have`);
    }
  }
}
