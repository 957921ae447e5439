import type { NetworkState } from '@cpc/network';
import type { PersonView } from './person-view.js';

export interface Status {
  readonly tone: 'good' | 'wait' | 'bad';
  readonly text: string;
}

/** One sentence on how things stand, in words for a person. */
export function statusOf(view: PersonView, network: NetworkState, problem: string | undefined): Status {
  if (problem !== undefined) return { tone: 'bad', text: problem };
  const changes = view.waiting === 1 ? '1 change waits' : `${view.waiting} changes wait`;
  switch (network) {
    case 'offline':
      return view.waiting === 0
        ? { tone: 'wait', text: 'No network. You can go on; changes are kept on this device.' }
        : { tone: 'wait', text: `No network. ${changes} on this device.` };
    case 'captive':
      return { tone: 'wait', text: `The network wants you to sign in first. ${changes} on this device.` };
    case 'online':
    case 'degraded':
    case 'unknown':
      return view.waiting === 0
        ? { tone: 'good', text: 'The server has everything.' }
        : { tone: 'wait', text: `${changes} on this device and will be sent.` };
  }
}
