/**
 * Strict reading of JSON that a person wrote. Every value knows its path (`nodes[1].address`), so that each complaint names
 * the place, the value and the rule in one line. What is not asked for is an error too: a misspelt field must not be silent.
 */
import { QuorateError } from '../../runtime/errors/index.ts';

/** `bad-configuration`: `<source>: <place> <problem>.` */
export function badConfiguration(source: string, problem: string, options?: { readonly cause?: unknown }): QuorateError {
  return new QuorateError(
    {
      code: 'bad-configuration',
      message: `${source}: ${problem}`,
      outcome: 'not-applied',
      next: 'Correct the configuration.',
      data: { source },
    },
    options,
  );
}

/** A value somewhere in the document. Every method throws `bad-configuration` if the value breaks its rule. */
export class Decoder {
  readonly #source: string;
  readonly #path: string;
  readonly #value: unknown;

  private constructor(source: string, path: string, value: unknown) {
    this.#source = source;
    this.#path = path;
    this.#value = value;
  }

  /** `source` is the file's name, for the messages. */
  static parse(source: string, text: string): Decoder {
    let value: unknown;
    try {
      value = JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
    } catch (cause) {
      const detail = cause instanceof Error ? cause.message : String(cause);
      throw badConfiguration(source, `it is not JSON: ${detail.replace(/\s+/g, ' ')}`, { cause });
    }
    return new Decoder(source, '', value);
  }

  get path(): string {
    return this.#path === '' ? 'the document' : this.#path;
  }

  /** The error for this place: `<path> is <value>, but <rule>`. */
  breaks(rule: string): QuorateError {
    return badConfiguration(this.#source, `${this.path} is ${shown(this.#value)}, but ${rule}`);
  }

  /** An object of exactly these fields; which of them may be missing, `optional` and the others tell. */
  fields<Name extends string>(names: readonly Name[]): Fields<Name> {
    const values = this.#object();
    for (const name of Object.keys(values)) {
      if (names.some((known) => known === name)) continue;
      throw badConfiguration(this.#source, `${this.#inner(name)} is unknown; ${this.path} may have ${names.join(', ')}`);
    }
    return {
      get: (name) => {
        const value = values[name];
        if (value === undefined) throw badConfiguration(this.#source, `${this.#inner(name)} is missing`);
        return new Decoder(this.#source, this.#inner(name), value);
      },
      optional: (name, read) => {
        const value = values[name];
        return value === undefined ? undefined : read(new Decoder(this.#source, this.#inner(name), value));
      },
    };
  }

  /** An object whose fields have names of the user's choice. */
  entries(): readonly (readonly [string, Decoder])[] {
    const values = this.#object();
    return Object.entries(values).map(([name, value]) => [name, new Decoder(this.#source, this.#inner(name), value)] as const);
  }

  list(): readonly Decoder[] {
    if (!Array.isArray(this.#value)) throw this.breaks('it must be a list');
    return this.#value.map((value: unknown, index) => new Decoder(this.#source, `${this.#path}[${index}]`, value));
  }

  isList(): boolean {
    return Array.isArray(this.#value);
  }

  isText(): boolean {
    return typeof this.#value === 'string';
  }

  text(rule = 'it must be a text of at least one character'): string {
    if (typeof this.#value !== 'string' || this.#value === '') throw this.breaks(rule);
    return this.#value;
  }

  matching(pattern: RegExp, rule: string): string {
    const text = this.text(`it must be ${rule}`);
    if (!pattern.test(text)) throw this.breaks(`it must be ${rule}`);
    return text;
  }

  oneOf<Choice extends string>(choices: readonly Choice[]): Choice {
    const choice = choices.find((candidate) => candidate === this.#value);
    if (choice === undefined) throw this.breaks(`it must be one of ${choices.join(', ')}`);
    return choice;
  }

  wholeNumber(least: number, most: number): number {
    const value = this.#value;
    if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
    throw this.breaks(`it must be a whole number from ${least} to ${most}`);
  }

  /** Run a check that knows nothing of paths, and add this place to what it throws. */
  checked<Result>(check: () => Result): Result {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof QuorateError)) throw error;
      throw badConfiguration(this.#source, `${this.path}: ${error.message}`, { cause: error });
    }
  }

  #object(): Readonly<Record<string, unknown>> {
    if (!isObject(this.#value)) throw this.breaks('it must be an object');
    return this.#value;
  }

  #inner(name: string): string {
    const step = /^[A-Za-z_][\w-]*$/.test(name) ? name : JSON.stringify(name);
    return this.#path === '' ? step : `${this.#path}.${step}`;
  }
}

export interface Fields<Name extends string> {
  /** @throws QuorateError `bad-configuration` if it is missing. */
  get(name: Name): Decoder;
  optional<Result>(name: Name, read: (value: Decoder) => Result): Result | undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const SHOWN_CHARACTERS = 60;

/** A value short enough for a line. */
function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}...`;
}
