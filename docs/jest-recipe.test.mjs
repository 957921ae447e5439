import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

test('the recipe for Jest in CommonJS mode is the configuration that the consumers run', () => {
  const readme = readFileSync(new URL('../consumers/README.md', import.meta.url), 'utf8');
  const config = readFileSync(
    new URL('../consumers/projects/jest-cjs/jest.config.cjs', import.meta.url),
    'utf8',
  );
  expect(readme).toContain(`\`\`\`js\n${config}\`\`\``);
});
