import type { NetworkState } from '@cpc/network';

export interface Status {
  readonly tone: 'good' | 'wait' | 'bad';
  readonly text: string;
}

export interface StatusFacts {
  readonly state: NetworkState;
  /** Changes of this person that only this device has. */
  readonly waiting: number;
  /** What needs a person's word: refused, or in conflict. */
  readonly open: number;
  /** Everything in the queue. */
  readonly total: number;
  /** How much of it waits for another person. */
  readonly ofOthers: number;
  readonly otherName: string;
  readonly problem: string | undefined;
}

/** How things stand, in words for a person. */
export function statusOf({ state, waiting, open, total, ofOthers, otherName, problem }: StatusFacts): Status {
  if (problem !== undefined) return { tone: 'bad', text: `This device has a problem. ${problem}` };
  const kept = ofOthers === 0 ? '' : ` ${ofOthers} of ${otherName}’s wait for ${otherName}.`;
  const rest = total - ofOthers;
  const count = rest === 1 ? '1 change' : `${rest.toLocaleString('en')} changes`;
  switch (state) {
    case 'offline':
      return rest === 0
        ? { tone: 'wait', text: `No network. Go on; this device keeps everything.${kept}` }
        : { tone: 'wait', text: `No network. ${count} safe on this device.${kept}` };
    case 'captive':
      return { tone: 'wait', text: `The network wants a sign-in. ${count} safe on this device.${kept}` };
    case 'online':
    case 'degraded':
    case 'unknown':
      if (waiting === 0 && rest === 0) return { tone: 'good', text: `The server has everything.${kept}` };
      if (waiting === 0 && rest === open) {
        return { tone: 'wait', text: `${count} ${open === 1 ? 'needs' : 'need'} your word.${kept}` };
      }
      return { tone: 'wait', text: `${count} on this device.${kept}` };
  }
}
