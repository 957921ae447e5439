import { ScalarType } from '@bufbuild/protobuf';
import protobuf from 'protobufjs';

/**
 * Names, numbers and types of everything that goes over the wire, one line each.
 *
 * @param {import('@bufbuild/protobuf').DescFile} file - generated code
 */
export function linesOfCode(file) {
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

/** @param {import('@bufbuild/protobuf').DescField} field */
function line(field) {
  const optional = field.proto.proto3Optional ? 'optional ' : '';
  const repeated = field.fieldKind === 'list' ? 'repeated ' : '';
  const oneof = field.oneof === undefined ? '' : ` in ${field.oneof.name}`;
  return `${optional}${repeated}${typeOf(field)} ${field.name} = ${field.number}${oneof}`;
}

/** @param {import('@bufbuild/protobuf').DescField} field */
function typeOf(field) {
  const name = field.message?.typeName ?? field.enum?.typeName;
  if (name !== undefined) return name.split('.').at(-1) ?? name;
  return field.scalar === undefined ? 'unknown' : ScalarType[field.scalar].toLowerCase();
}

/**
 * The same of a `.proto` file.
 *
 * @param {string} source - its text
 */
export function linesOfSource(source) {
  const { root, package: name = '' } = protobuf.parse(source, { keepCase: true });
  return /** @type {protobuf.Namespace} */ (root.lookup(name)).nestedArray.flatMap(linesOf).sort();
}

/** @param {protobuf.ReflectionObject} item */
function linesOf(item) {
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

/** @param {protobuf.Field} field */
function sourceLine(field) {
  const isOptional = field.getOption('proto3_optional') === true;
  const optional = isOptional ? 'optional ' : '';
  const repeated = field.repeated ? 'repeated ' : '';
  const oneof = field.partOf === null || isOptional ? '' : ` in ${field.partOf.name}`;
  const type = field.type.split('.').at(-1) ?? field.type;
  return `${optional}${repeated}${type} ${field.name} = ${field.id}${oneof}`;
}
