export { decodeEdnHistory, type EdnOptions, encodeEdnHistory } from './edn-form.ts';
