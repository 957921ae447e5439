/** A promise of the library that a history broke. */
export class Violation extends Error {
  override readonly name = 'Violation';
  /** Which promise: stable, so that a smaller history can be recognised as the same fault. */
  readonly invariant: string;

  constructor(invariant: string, message: string) {
    super(`${invariant}: ${message}`);
    this.invariant = invariant;
  }
}
