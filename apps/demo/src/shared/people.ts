/** The two people of the demo. Each has an own database in the browser, side by side on one page. */
export const PEOPLE = [
  { id: 'ada', name: 'Ada' },
  { id: 'ben', name: 'Ben' },
] as const;

export type PersonId = (typeof PEOPLE)[number]['id'];

export const isPersonId = (text: string): text is PersonId => PEOPLE.some(({ id }) => id === text);
