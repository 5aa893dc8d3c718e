/** What states and messages are made of: data without behaviour, which can be copied, compared, told as text and fingerprinted. */
export { copyOf, textOf } from './copy-and-text.ts';
export { type Difference, firstDifference } from './difference.ts';
export { type Fingerprint, fingerprintOf } from './fingerprint.ts';
export { frozen } from './freeze.ts';
export { mixed } from './mixing.ts';
export { NotPlainData } from './not-plain-data.ts';
