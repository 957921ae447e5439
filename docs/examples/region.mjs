import { readFileSync } from 'node:fs';

/**
 * The lines of a file between `// #region NAME` and the next `// #endregion`.
 *
 * @param {string} file
 * @param {string} name
 */
export function region(file, name) {
  const lines = readFileSync(file, 'utf8').split('\n');
  const start = lines.indexOf(`// #region ${name}`);
  const end = lines.indexOf('// #endregion', start);
  if (start === -1 || end === -1) throw new RangeError(`${file} has no region "${name}".`);
  return `${lines.slice(start + 1, end).join('\n')}\n`;
}
