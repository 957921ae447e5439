import { readFile } from 'node:fs/promises';
import type { DescFile } from '@bufbuild/protobuf';
import { expect, test } from '@jest/globals';
import { linesOfCode, linesOfSource } from '../../../tools/proto/index.mjs';
import { file_cpc_sync_v1_delivery } from '../src/protobuf/gen/cpc/sync/v1/delivery_pb.js';
import { file_google_rpc_error_details } from '../src/protobuf/gen/google/rpc/error_details_pb.js';

test.each<[string, DescFile]>([
  ['cpc/sync/v1/delivery.proto', file_cpc_sync_v1_delivery],
  ['google/rpc/error_details.proto', file_google_rpc_error_details],
])(
  '%s is what its generated code says; else run `npm run generate-proto -w @cpc/protocol`',
  async (path, file) => {
    const source = await readFile(new URL(`../proto/${path}`, import.meta.url), 'utf8');
    expect(linesOfCode(file)).toEqual(linesOfSource(source));
  },
);
