/**
 * EDN (github.com/edn-format/edn), as much of it as a value of a history can be made of, read with line numbers: what a wrong history
 * is told by. That is why this is no package: those at hand do not say where a file is wrong.
 *
 * Keywords and symbols become texts, lists, vectors and sets become lists; a tag such as `#jepsen.history.Op` is passed over.
 */
import { badHistory } from '../errors.ts';
import type { Value } from '../history.ts';

export interface EdnForm {
  readonly value: Value;
  /** Where it begins, from 1. */
  readonly line: number;
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const NAMED_CHARACTERS: Readonly<Record<string, string>> = { newline: '\n', return: '\r', space: ' ', tab: '\t' };
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };
const MOST_DEPTH = 200;

/** All forms of a text, one after the other. @throws QuorateError `bad-history`. */
export function readEdn(text: string): EdnForm[] {
  const reader = new EdnReader(text);
  const forms: EdnForm[] = [];
  for (let form = reader.next(); form !== undefined; form = reader.next()) forms.push(form);
  return forms;
}

class EdnReader {
  readonly #text: string;
  #at = 0;
  #line = 1;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The next form; `undefined` at the end of the text, or before a closing bracket. */
  next(): EdnForm | undefined {
    this.#skipSpace();
    const line = this.#line;
    const character = this.#peek();
    if (character === '' || (this.#depth > 0 && ')]}'.includes(character))) return undefined;
    return { value: this.#value(character, line), line };
  }

  #value(character: string, line: number): Value {
    if (character === '"') return this.#string(line);
    if (character === '\\') return this.#character();
    if (character === '(' || character === '[') return this.#sequence(character, line).map(({ value }) => value);
    if (character === '{') return this.#map(line);
    if (character === '#') return this.#tagged(line);
    return this.#atom(line);
  }

  #sequence(open: string, line: number): EdnForm[] {
    this.#at++;
    if (++this.#depth > MOST_DEPTH) throw badHistory(`has brackets within brackets, more than ${MOST_DEPTH} deep`, line);
    const forms: EdnForm[] = [];
    for (let form = this.next(); form !== undefined; form = this.next()) forms.push(form);
    const closing = CLOSING[open] ?? '';
    if (this.#peek() !== closing) throw badHistory(`has a ${open} without its ${closing}`, line);
    this.#at++;
    this.#depth--;
    return forms;
  }

  #map(line: number): Value {
    const forms = this.#sequence('{', line);
    if (forms.length % 2 !== 0) throw badHistory('has a map with a key that has no value', line);
    const entries = forms.flatMap(({ value }, index): [string, Value][] => {
      if (index % 2 === 1) return [];
      return [[typeof value === 'string' ? value : JSON.stringify(value), forms[index + 1]?.value ?? null]];
    });
    return Object.fromEntries(entries);
  }

  #tagged(line: number): Value {
    this.#at++;
    const character = this.#peek();
    if (character === '{') return this.#sequence('{', line).map(({ value }) => value);
    if (character === '#') return this.#special(line);
    this.#token();
    return this.#required(line);
  }

  /** `##Inf`, `##NaN`: no value of a history. */
  #special(line: number): never {
    this.#at++;
    throw badHistory(`has ##${this.#token()}, which is no value that JSON knows`, line);
  }

  #required(line: number): Value {
    const form = this.next();
    if (form === undefined) throw badHistory('has a tag without a value', line);
    return form.value;
  }

  #atom(line: number): Value {
    const token = this.#token();
    if (token === '') throw badHistory(`has a '${this.#peek()}' that opens nothing`, line);
    if (token === 'nil') return null;
    if (token === 'true' || token === 'false') return token === 'true';
    if (token.startsWith(':')) return token.slice(1);
    if (!/^[+-]?\d/.test(token)) return token;
    const number = Number(token.replace(/[NM]$/, ''));
    if (!Number.isFinite(number)) throw badHistory(`has '${token}', which is no number`, line);
    if (/^[+-]?\d+N?$/.test(token) && BigInt(token.replace(/^\+|N$/g, '')) !== BigInt(number)) {
      throw badHistory(`has the number ${token}; which cannot be kept exactly: it is beyond 2^53`, line);
    }
    return number;
  }

  #string(line: number): string {
    let text = '';
    for (this.#at++; this.#peek() !== '"'; this.#at++) {
      const character = this.#peek();
      if (character === '') throw badHistory('has a text without its closing quotation mark', line);
      if (character === '\n') this.#line++;
      text += character === '\\' ? this.#escape(line) : character;
    }
    this.#at++;
    return text;
  }

  #escape(line: number): string {
    const letter = this.#text[++this.#at] ?? '';
    const known = ESCAPES[letter];
    if (known !== undefined) return known;
    const digits = this.#text.slice(this.#at + 1, this.#at + 5);
    if (letter !== 'u' || !/^[0-9a-f]{4}$/i.test(digits))
      throw badHistory(`has \\${letter} in a text, which stands for nothing`, line);
    this.#at += 4;
    return String.fromCharCode(Number.parseInt(digits, 16));
  }

  #character(): string {
    this.#at++;
    const first = this.#peek();
    this.#at++;
    const name = first + this.#token();
    return NAMED_CHARACTERS[name] ?? name;
  }

  /** Up to the next space or bracket. */
  #token(): string {
    const start = this.#at;
    while (!/^[\s,;"()[\]{}]?$/.test(this.#peek())) this.#at++;
    return this.#text.slice(start, this.#at);
  }

  /** White space, commas, comments to the end of the line, and forms discarded by `#_`. */
  #skipSpace(): void {
    for (;;) {
      const character = this.#peek();
      if (character === '\n') this.#line++;
      if (character !== '' && /[\s,]/.test(character)) this.#at++;
      else if (character === ';') this.#at = endOfLine(this.#text, this.#at);
      else if (character === '#' && this.#text[this.#at + 1] === '_') {
        this.#at += 2;
        this.#required(this.#line);
      } else return;
    }
  }

  #peek(): string {
    return this.#text[this.#at] ?? '';
  }
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}
