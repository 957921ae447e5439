import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Scripting } from './browser-page.js';

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string }[];
}

interface Axe {
  run(): Promise<{ readonly violations: readonly Violation[] }>;
}

/** What axe finds that would keep somebody out, in a line each. */
export async function barriersOf(browser: Scripting): Promise<readonly string[]> {
  const require = createRequire(import.meta.url);
  const source = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
  // Through the browser's own door, since the page's content policy lets no script in.
  await browser.inject(source);
  const violations = await browser.evaluate(async () => {
    const { axe } = window as unknown as { readonly axe: Axe };
    return (await axe.run()).violations;
  }, undefined);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
}
