import type { DescFile } from '@bufbuild/protobuf';

/** Names, numbers and types of everything that goes over the wire, one line each, in order. */
export function linesOfCode(file: DescFile): readonly string[];

/** The same of the text of a `.proto` file. */
export function linesOfSource(source: string): readonly string[];
