/** The four named priorities. Any integer between the lowest and the highest works as well. */
export const OperationPriority = {
  /** Payments and security. */
  Critical: 100,
  /** What the user just did. */
  High: 75,
  /** Background synchronisation. */
  Medium: 50,
  /** Analytics. */
  Low: 25,
} as const;

export type OperationPriority = (typeof OperationPriority)[keyof typeof OperationPriority];
