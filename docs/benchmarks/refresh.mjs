// `npm run docs:tables`: writes the tables of the committed runs into the performance page.
import { readFileSync, writeFileSync } from 'node:fs';
import { withTables } from './tables.mjs';

const page = new URL('../performance.md', import.meta.url);
writeFileSync(page, withTables(readFileSync(page, 'utf8')));
