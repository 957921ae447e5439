import { readFileSync } from 'node:fs';

/**
 * The lines of a file between `// #region NAME` and the next `// #endregion`, moved to the left margin.
 *
 * @param {string} file
 * @param {string} name
 */
export function region(file, name) {
  const lines = readFileSync(file, 'utf8').split('\n');
  const start = lines.findIndex((line) => line.trim() === `// #region ${name}`);
  const end = lines.findIndex((line, at) => at > start && line.trim() === '// #endregion');
  if (start === -1 || end === -1) throw new RangeError(`${file} has no region "${name}".`);
  const margin = lines[start].indexOf('/');
  const inner = lines.slice(start + 1, end).map((line) => line.slice(margin));
  return `${inner.join('\n')}\n`;
}
