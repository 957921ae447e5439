import {
  answerLost,
  badGateway,
  busy,
  captivePortal,
  constantLatency,
  duplicate,
  type Fault,
  type FaultPlan,
  flapping,
  halfAnswer,
  hang,
  hangAfterEffect,
  keyInUse,
  outage,
  randomFailures,
  redirect,
  requestLost,
  serverError,
  signedOut,
  withLatency,
} from '@cpc/testing';

/**
 * Faults that a plan chooses from, with the words that the panel shows. Made-up conflicts are left out: the record
 * that they claim would win over the real one.
 */
export const FAULTS = {
  requestLost: ['Request lost', requestLost],
  answerLost: ['Answer lost', answerLost],
  duplicate: ['Sent twice', duplicate],
  halfAnswer: ['Half an answer', halfAnswer],
  hang: ['Request hangs', hang],
  hangAfterEffect: ['Answer hangs', hangAfterEffect],
  busy: ['Busy, 1 s', busy(1000)],
  keyInUse: ['Key in use', keyInUse],
  serverError: ['Server error', serverError],
  badGateway: ['Bad gateway', badGateway],
  captivePortal: ['Captive portal', captivePortal],
  redirect: ['Redirect', redirect('/elsewhere')],
  signedOut: ['Signed out', signedOut],
} as const satisfies Readonly<Record<string, readonly [string, Fault]>>;

export type FaultName = keyof typeof FAULTS;
export const FAULT_NAMES = Object.keys(FAULTS) as readonly FaultName[];

/** When faults strike. */
export const PATTERNS = {
  none: 'No faults',
  random: 'At random',
  flapping: 'On and off, every 3 s',
  outage: 'An outage of 10 s',
} as const;

export type Pattern = keyof typeof PATTERNS;
export const PATTERN_NAMES = Object.keys(PATTERNS) as readonly Pattern[];

/** Where faults are planned: on the device on the left, on the one on the right, in the server. */
export const PLACES = { a: 'Left device', b: 'Right device', server: 'Server' } as const;

export type Place = keyof typeof PLACES;
export const PLACE_NAMES = Object.keys(PLACES) as readonly Place[];

/** One place's faults; plain enough for an address. */
export interface PlaceFaults {
  readonly pattern: Pattern;
  readonly faults: readonly FaultName[];
  /** Of a request, from 0 to 100; for the pattern `random`. */
  readonly percent: number;
  readonly latencyMs: number;
}

export interface FaultSettings {
  readonly seed: number;
  readonly places: Readonly<Record<Place, PlaceFaults>>;
}

export const CALM: PlaceFaults = { pattern: 'none', faults: ['requestLost'], percent: 30, latencyMs: 0 };
export const NO_FAULTS: FaultSettings = { seed: 1, places: { a: CALM, b: CALM, server: CALM } };
export const MAX_SEED = 2 ** 31 - 1;
const MAX_LATENCY_MS = 5000;

export const isCalm = ({ pattern, latencyMs }: PlaceFaults): boolean => pattern === 'none' && latencyMs === 0;

/** The plan that a place's settings describe; `undefined` where everything passes. */
export function planOf(settings: PlaceFaults): FaultPlan | undefined {
  if (isCalm(settings)) return undefined;
  const faults = settings.faults.map((name) => FAULTS[name][1]);
  const [first = requestLost] = faults;
  const plan = (): FaultPlan => {
    switch (settings.pattern) {
      case 'none':
        return randomFailures(0);
      case 'random':
        return faults.length === 0 ? randomFailures(0) : randomFailures(settings.percent / 100, faults);
      case 'flapping':
        return flapping(3000, first);
      case 'outage':
        return outage(10_000, { fault: first });
    }
  };
  return settings.latencyMs === 0 ? plan() : withLatency(constantLatency(settings.latencyMs), plan());
}

/** `seed=7&a=random,40,0,answerLost.busy`: what a person can send to another. Calm places are left out. */
export function toQuery({ seed, places }: FaultSettings): string {
  const query = new URLSearchParams({ seed: String(seed) });
  for (const place of PLACE_NAMES) {
    const settings = places[place];
    if (isCalm(settings)) continue;
    const { pattern, percent, latencyMs, faults } = settings;
    query.set(place, [pattern, percent, latencyMs, faults.join('.')].join());
  }
  return String(query);
}

/** The settings in an address; whatever makes no sense there counts as calm. */
export function fromQuery(text: string): FaultSettings {
  const query = new URLSearchParams(text);
  const place = (name: Place): PlaceFaults => placeOf(query.get(name) ?? '');
  const seed = whole(query.get('seed'), 0, MAX_SEED) ?? NO_FAULTS.seed;
  return { seed, places: { a: place('a'), b: place('b'), server: place('server') } };
}

function placeOf(text: string): PlaceFaults {
  const [pattern = '', percent, latencyMs, names = ''] = text.split(',');
  const faults = names.split('.').filter((name): name is FaultName => Object.hasOwn(FAULTS, name));
  return {
    pattern: Object.hasOwn(PATTERNS, pattern) ? (pattern as Pattern) : 'none',
    percent: whole(percent, 0, 100) ?? CALM.percent,
    latencyMs: whole(latencyMs, 0, MAX_LATENCY_MS) ?? 0,
    faults: faults.length === 0 ? CALM.faults : faults,
  };
}

function whole(text: string | null | undefined, min: number, max: number): number | undefined {
  const value = /^\d{1,10}$/.test(text ?? '') ? Number(text) : NaN;
  return value >= min && value <= max ? value : undefined;
}
