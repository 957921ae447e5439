/** @throws Error that says what was expected and what came */
export function expectEqual<T>(what: string, actual: T, expected: T): void {
  const [came, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (came !== wanted) throw new Error(`${what}: expected ${wanted}, but found ${came}.`);
}

/** @throws Error that says what does not hold */
export function expectThat(what: string, holds: boolean): void {
  if (!holds) throw new Error(`This does not hold: ${what}.`);
}
