import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ScalarType, type DescField, type DescFile } from '@bufbuild/protobuf';
import { describe, expect, test } from '@jest/globals';
import protobuf from 'protobufjs';
import { file_cpc_sync_v1_delivery } from '../src/connect/gen/cpc/sync/v1/delivery_pb.js';
import { file_cpc_preferences_v1_preferences } from '../src/user-preferences/gen/cpc/preferences/v1/preferences_pb.js';
import { file_google_rpc_error_details } from '../src/connect/gen/google/rpc/error_details_pb.js';

const packages = new URL('../..', import.meta.url);

/** Generated code by the `.proto` file that it comes from. */
const GENERATED: [string, DescFile][] = [
  ['cpc/sync/v1/delivery.proto', file_cpc_sync_v1_delivery],
  ['google/rpc/error_details.proto', file_google_rpc_error_details],
  ['cpc/preferences/v1/preferences.proto', file_cpc_preferences_v1_preferences],
];

describe.each(GENERATED)('%s', (path, file) => {
  test('is what its generated code says; else run `npm run generate-proto -w @cpc/adapters`', async () => {
    const source = await readFile(new URL(`adapters/proto/${path}`, packages), 'utf8');
    expect(ofCode(file)).toEqual(ofSource(source));
  });
});

test.each([
  'connect/gen/cpc/sync/v1/delivery_pb.ts',
  'connect/gen/google/rpc/error_details_pb.ts',
  'user-preferences/gen/cpc/preferences/v1/preferences_pb.ts',
])('client and server have the same %s', async (name) => {
  const [client, server] = await Promise.all(
    ['adapters', 'server'].map((folder) =>
      readFile(fileURLToPath(new URL(`${folder}/src/${name}`, packages)), 'utf8'),
    ),
  );
  expect(server).toBe(client);
});

/** Names, numbers and types of everything that goes over the wire, one line each. */
function ofCode(file: DescFile): readonly string[] {
  return [
    ...file.messages.flatMap((message) => message.fields.map((field) => `${message.name}: ${line(field)}`)),
    ...file.enums.flatMap(({ name, values }) =>
      values.map((value) => `${name}: ${value.name} = ${value.number}`),
    ),
    ...file.services.flatMap(({ name, methods }) =>
      methods.map((method) => `${name}: ${method.name}(${method.input.name}): ${method.output.name}`),
    ),
  ].sort();
}

function line(field: DescField): string {
  const optional = field.proto.proto3Optional ? 'optional ' : '';
  const repeated = field.fieldKind === 'list' ? 'repeated ' : '';
  const oneof = field.oneof === undefined ? '' : ` in ${field.oneof.name}`;
  return `${optional}${repeated}${typeOf(field)} ${field.name} = ${field.number}${oneof}`;
}

function typeOf(field: DescField): string {
  const name = field.message?.typeName ?? field.enum?.typeName;
  if (name !== undefined) return name.split('.').at(-1) ?? name;
  return field.scalar === undefined ? 'unknown' : ScalarType[field.scalar].toLowerCase();
}

function ofSource(source: string): readonly string[] {
  const { root, package: name = '' } = protobuf.parse(source, { keepCase: true });
  return (root.lookup(name) as protobuf.Namespace).nestedArray.flatMap(linesOf).sort();
}

function linesOf(item: protobuf.ReflectionObject): readonly string[] {
  if (item instanceof protobuf.Type) {
    return item.fieldsArray.map((field) => `${item.name}: ${sourceLine(field)}`);
  }
  if (item instanceof protobuf.Enum) {
    return Object.entries(item.values).map(([name, number]) => `${item.name}: ${name} = ${number}`);
  }
  if (!(item instanceof protobuf.Service)) throw new TypeError(`no comparison for ${item.fullName}`);
  return item.methodsArray.map(
    ({ name, requestType, responseType }) => `${item.name}: ${name}(${requestType}): ${responseType}`,
  );
}

function sourceLine(field: protobuf.Field): string {
  const isOptional = field.getOption('proto3_optional') === true;
  const optional = isOptional ? 'optional ' : '';
  const repeated = field.repeated ? 'repeated ' : '';
  const oneof = field.partOf === null || isOptional ? '' : ` in ${field.partOf.name}`;
  const type = field.type.split('.').at(-1) ?? field.type;
  return `${optional}${repeated}${type} ${field.name} = ${field.id}${oneof}`;
}
