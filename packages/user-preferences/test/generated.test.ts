import { readFile } from 'node:fs/promises';
import type { DescFile } from '@bufbuild/protobuf';
import { expect, test } from '@jest/globals';
import { linesOfCode, linesOfSource } from '../../../tools/proto/index.mjs';
import { file_cpc_preferences_v1_preferences } from '../src/gen/cpc/preferences/v1/preferences_pb.js';

test.each<[string, DescFile]>([
  ['cpc/preferences/v1/preferences.proto', file_cpc_preferences_v1_preferences],
])(
  '%s is what its generated code says; else run `npm run generate-proto -w @cpc/user-preferences`',
  async (path, file) => {
    const source = await readFile(new URL(`../proto/${path}`, import.meta.url), 'utf8');
    expect(linesOfCode(file)).toEqual(linesOfSource(source));
  },
);
