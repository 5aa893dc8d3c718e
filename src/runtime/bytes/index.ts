export { compareBytes, equalBytes } from './compare.ts';
export { copyBytes } from './copy.ts';
export { MalformedBytes, Reader } from './reader.ts';
export { Writer } from './writer.ts';
