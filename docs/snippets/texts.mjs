import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root } from './snippets.mjs';

/** Folders whose texts are not ours, or are made by a build. */
const SKIPPED = new Set(['node_modules', 'dist', 'out-tsc', 'site', 'test-results']);

/** All Markdown of the repository, as paths relative to its root. */
export function markdownFiles(folder = root) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      return SKIPPED.has(entry.name) || entry.name.startsWith('.') ? [] : markdownFiles(path);
    }
    return entry.name.endsWith('.md') ? [relative(root, path)] : [];
  });
}
