import { fetchTransport } from '@cpc/adapters';
import { createSyncContainer, type SyncContainer } from '@cpc/container';
import { browserNetwork } from '@cpc/network';
import { indexedDbStorage } from '@cpc/storage-indexeddb';
import { CHANGES } from '../shared/operations.js';
import type { PersonId } from '../shared/people.js';
import type { NetworkSwitch } from './network-switch.js';

/** How the demo's server knows who asks. A real app puts a token here, fetched anew when it has run out. */
export const credentialsOf = (person: string): Record<string, string> => ({
  authorization: `Bearer ${person}`,
});

/** The page's wiring: a database of the person's own in the browser, and HTTP to the server. */
export function wirePerson(person: PersonId, network: NetworkSwitch): SyncContainer {
  const sync = createSyncContainer({
    plugins: [
      indexedDbStorage({ name: `market-day-${person}` }),
      fetchTransport({
        endpoint: '/sync',
        fetch: network.fetch,
        credentials: (principal) => (principal === undefined ? undefined : credentialsOf(principal)),
      }),
      browserNetwork({ surroundings: network.surroundings(window) }),
    ],
    operations: Object.values(CHANGES),
    // One page asks one server, so there is no herd to spread out after an outage.
    worker: { reconnectJitterMs: 250 },
  });
  sync.queue.signIn(person);
  return sync;
}
