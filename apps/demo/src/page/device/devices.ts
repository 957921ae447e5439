import type { PersonId } from '../../shared/people.js';

/** The two devices of the page, with the people who use each. */
export const DEVICES = {
  a: { name: 'Stall by the gate', people: ['ada', 'cleo'] },
  b: { name: 'Stall by the fountain', people: ['ben'] },
} as const satisfies Readonly<
  Record<string, { readonly name: string; readonly people: readonly PersonId[] }>
>;

export type DeviceId = keyof typeof DEVICES;
