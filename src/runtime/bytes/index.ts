export { compareBytes, equalBytes } from './compare.ts';
export { copyBytes } from './copy.ts';
export { MalformedBytes } from './malformed-bytes.ts';
export { Reader } from './reader.ts';
export { Writer } from './writer.ts';
