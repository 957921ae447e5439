// `npm run docs:snippets`: writes into every text what its snippets' sources say now.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { refreshed, root, textOf } from './snippets.mjs';
import { markdownFiles } from './texts.mjs';

for (const file of markdownFiles()) {
  const before = textOf(file);
  const after = refreshed(before);
  if (after === before) continue;
  writeFileSync(join(root, file), after);
  console.log(file);
}
