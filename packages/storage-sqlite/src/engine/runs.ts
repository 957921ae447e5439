/** The stretches of numbers of which each is one more than the one before, as first and last. */
export function runsOf(numbers: readonly number[]): readonly (readonly [first: number, last: number])[] {
  const runs: [number, number][] = [];
  let run: [number, number] | undefined;
  for (const number of numbers) {
    if (run !== undefined && number === run[1] + 1) run[1] = number;
    else runs.push((run = [number, number]));
  }
  return runs;
}
