/**
 * Fingerprints of plain data: 64 bits that are equal for equal content, in whatever order its maps, sets and properties were
 * filled, in every process and thread.
 *
 * Two lanes of 32 bits are mixed independently. What has no order (properties, maps, sets) is summed up, what has one is chained.
 * A property that is undefined counts as absent. Two states with the same fingerprint are taken for one (hash compaction: Wolper
 * and Leroy 1993; Stern and Dill 1995): with n states the odds that any two are confused are at most n^2 / 2^65.
 */
import { mixed } from './mixing.ts';
import { NotPlainData } from './not-plain-data.ts';

export interface Fingerprint {
  low: number;
  high: number;
}

/** @throws NotPlainData with the path of what has no content: a function, a symbol, an object of a class, data that holds itself. */
export function fingerprintOf(data: unknown, into: Fingerprint = { low: 0, high: 0 }): Fingerprint {
  try {
    visit(data, 0);
  } catch (error) {
    if (!(error instanceof WithoutContent)) throw error;
    throw new NotPlainData(error.message, pathOfWithoutContent(data));
  }
  into.low = low;
  into.high = high;
  return into;
}

/** The fingerprint of what was visited last: two variables rather than an object for each of a state's parts. */
let low = 0;
let high = 0;

const NESTING_MAXIMUM = 200;
/** Enough to find the place; of data that holds itself there would be no end. */
const PATH_STEPS_MAXIMUM = 12;
const SEEDS = { undefined: 1, null: 2, true: 3, false: 4, array: 5, object: 6, map: 7, set: 8, bytes: 9, number: 10, bigint: 11 };

function visit(data: unknown, depth: number): void {
  if (typeof data === 'number') visitNumber(data);
  else if (typeof data === 'string') visitText(data);
  else if (data === null) seed(SEEDS.null);
  else if (typeof data === 'object') visitObject(data, depth);
  else if (typeof data === 'boolean') seed(data ? SEEDS.true : SEEDS.false);
  else if (data === undefined) seed(SEEDS.undefined);
  else if (typeof data === 'bigint') {
    visitText(String(data));
    chain(SEEDS.bigint, low, high);
  } else throw new WithoutContent(`a ${typeof data}`);
}

function seed(number: number): void {
  low = mixed(Math.imul(number, 0x9e3779b1));
  high = mixed(Math.imul(number, 0x7feb352d) + 1);
}

/** To the value (`itemLow`, `itemHigh`) at the place `number`, in a row. */
function chain(number: number, itemLow: number, itemHigh: number): void {
  low = mixed(Math.imul(itemLow, 0x2c1b3c6d) + Math.imul(number, 0x9e3779b1));
  high = mixed(Math.imul(itemHigh, 0x297a2d39) ^ (Math.imul(number, 0x7feb352d) + itemLow));
}

const double = new Float64Array(1);
const words = new Int32Array(double.buffer);

function visitNumber(number: number): void {
  if ((number | 0) === number) chain(SEEDS.number, number, Math.imul(number, 0x165667b1));
  else {
    double[0] = Number.isNaN(number) ? Number.NaN : number;
    chain(SEEDS.number + 2, words[0] ?? 0, words[1] ?? 0);
  }
}

/** Texts are names and tags for the most part, a few of them again and again. */
const texts = new Map<string, Fingerprint>();
const TEXTS_MAXIMUM = 10_000;

function visitText(text: string): void {
  const known = texts.get(text);
  if (known !== undefined) {
    low = known.low;
    high = known.high;
    return;
  }
  let a = 0x811c9dc5 ^ text.length;
  let b = 0x2545f491 + text.length;
  for (let place = 0; place < text.length; place++) {
    const unit = text.charCodeAt(place);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b + unit, 0x5bd1e995) ^ (b >>> 15);
  }
  low = mixed(a);
  high = mixed(b);
  if (texts.size < TEXTS_MAXIMUM) texts.set(text, { low, high });
}

function visitObject(data: object, depth: number): void {
  if (depth > NESTING_MAXIMUM) throw new WithoutContent(`data nested more than ${NESTING_MAXIMUM} deep, or that holds itself`);
  if (Array.isArray(data)) visitArray(data, depth);
  else if (data instanceof Map) visitMap(data, depth);
  else if (data instanceof Set) visitSet(data, depth);
  else if (ArrayBuffer.isView(data)) visitBytes(data);
  else visitRecord(data, depth);
}

function visitRecord(data: object, depth: number): void {
  const prototype: unknown = Object.getPrototypeOf(data);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new WithoutContent(`an object of class ${data.constructor.name}`);
  }
  let sumLow = 0;
  let sumHigh = 0;
  for (const name in data) {
    const value: unknown = Reflect.get(data, name);
    if (value === undefined) continue;
    visit(value, depth + 1);
    const [valueLow, valueHigh] = [low, high];
    visitText(name);
    chain(1, low + valueLow, high ^ Math.imul(valueHigh, 0x2c1b3c6d));
    sumLow = (sumLow + low) | 0;
    sumHigh = (sumHigh + high) | 0;
  }
  chain(SEEDS.object, sumLow, sumHigh);
}

function visitArray(data: readonly unknown[], depth: number): void {
  let rowLow = data.length;
  let rowHigh = 0;
  for (let place = 0; place < data.length; place++) {
    visit(data[place], depth + 1);
    rowLow = mixed(Math.imul(rowLow, 31) + low);
    rowHigh = mixed(Math.imul(rowHigh, 0x2c1b3c6d) ^ high);
  }
  chain(SEEDS.array, rowLow, rowHigh);
}

function visitMap(data: ReadonlyMap<unknown, unknown>, depth: number): void {
  let sumLow = 0;
  let sumHigh = 0;
  for (const [key, value] of data) {
    visit(key, depth + 1);
    const [keyLow, keyHigh] = [low, high];
    visit(value, depth + 1);
    chain(2, Math.imul(keyLow, 3) + low, keyHigh ^ Math.imul(high, 0x2c1b3c6d));
    sumLow = (sumLow + low) | 0;
    sumHigh = (sumHigh + high) | 0;
  }
  chain(SEEDS.map, sumLow, sumHigh);
}

function visitSet(data: ReadonlySet<unknown>, depth: number): void {
  let sumLow = 0;
  let sumHigh = 0;
  for (const value of data) {
    visit(value, depth + 1);
    chain(3, low, high);
    sumLow = (sumLow + low) | 0;
    sumHigh = (sumHigh + high) | 0;
  }
  chain(SEEDS.set, sumLow, sumHigh);
}

function visitBytes(view: ArrayBufferView): void {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  visitText(String.fromCharCode(...bytes));
  chain(SEEDS.bytes, low, high);
}

class WithoutContent extends Error {}

/** Only once something was found: the visit itself keeps no path. */
function pathOfWithoutContent(data: unknown, stepsLeft = PATH_STEPS_MAXIMUM): string {
  if (stepsLeft === 0 || data === null || typeof data !== 'object' || ArrayBuffer.isView(data)) return '';
  const steps: readonly (readonly [string, unknown])[] =
    data instanceof Map
      ? [...data].flatMap(([key, value]) => [[`.get(${String(key)})`, value] as const, ['.keys()', key] as const])
      : data instanceof Set
        ? [...data].map((value) => ['.values()', value] as const)
        : Object.entries(data).map(([name, value]) => [Array.isArray(data) ? `[${name}]` : `.${name}`, value] as const);
  for (const [step, value] of steps) {
    try {
      visit(value, 0);
    } catch (error) {
      if (error instanceof WithoutContent) return `${step}${pathOfWithoutContent(value, stepsLeft - 1)}`;
      throw error;
    }
  }
  return '';
}
