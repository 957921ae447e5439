import { isPersonId, type PersonId } from '../shared/people.js';

/**
 * Who asks. The demo believes the name that it is told; a real server checks a token here.
 *
 * @returns `undefined` where nobody is signed in
 */
export function personOf(headers: { get(name: string): string | null }): PersonId | undefined {
  const name = /^Bearer (\w+)$/.exec(headers.get('authorization') ?? '')?.[1];
  return name !== undefined && isPersonId(name) ? name : undefined;
}
