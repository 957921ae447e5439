import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { publicPackages } from '../packages/public-packages.mjs';
import { apiReports } from './api-reports.mjs';

test.each(publicPackages().map((found) => [found.name, found]))(
  'the interface of %s is the one on record; where the change is meant, "npm run api" records it',
  (_name, found) => {
    const reports = apiReports(found);
    for (const { file, text } of reports) {
      expect({ report: basename(file), exists: existsSync(file) }).toEqual({
        report: basename(file),
        exists: true,
      });
      expect(text).toBe(readFileSync(file, 'utf8'));
    }
    expect(readdirSync(join(found.path, 'api')).sort()).toEqual(
      reports.map(({ file }) => basename(file)).sort(),
    );
  },
  60_000,
);
