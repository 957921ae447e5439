/** The people of the demo. Two of them share the device on the left. */
export const PEOPLE = { ada: 'Ada', cleo: 'Cleo', ben: 'Ben' } as const;

export type PersonId = keyof typeof PEOPLE;

export const isPersonId = (text: string): text is PersonId => Object.hasOwn(PEOPLE, text);
