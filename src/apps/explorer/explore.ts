/** The explorer: a local page in which a person picks the next step of a model and sees what becomes of every process. */
import { QuorateError } from '../../runtime/errors/index.ts';
import { serveHttp } from '../../runtime/real/index.ts';
import type { Model } from '../../verification/model-checker/index.ts';
import { type Walk, Walker } from '../../verification/walks/index.ts';
import { type Configuration, canBeTest, keptRun, testOf } from './kept-run.ts';
import { KEYS_SCRIPT } from './keys.ts';
import { type Downloads, explorerPage, problemPage } from './page.ts';
import { type Place, placeOf, searchOf } from './place.ts';

export interface ExploreOptions {
  /** Default: any that is free. */
  readonly port?: number;
  /** Where the address leads: such as `walkOf(model, run)`, the end of a run that the checker has found. */
  readonly startAt?: Walk;
  /** How the model is made anew: goes into the runs that are downloaded. */
  readonly configuration?: Configuration;
}

export interface Explorer {
  /** Of the page, to be opened in a browser. */
  readonly address: string;
  close(): Promise<void>;
}

const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; img-src data:; base-uri 'none'; form-action 'none'";

/**
 * Serve the page, on this machine only. Nothing is kept of those who look at it: where they are is in the address.
 * @throws QuorateError `bad-walk` if `startAt` leads nowhere, `address-in-use`.
 */
export async function explore<State, Action>(model: Model<State, Action>, options: ExploreOptions = {}): Promise<Explorer> {
  const { port = 0, startAt = { beginning: 1, steps: [] } } = options;
  const site = new Site(model, options.configuration);
  site.check(startAt);
  const server = await serveHttp((request) => site.answer(request), { address: `127.0.0.1:${port}` });
  const start = searchOf({ walk: startAt, done: startAt.steps.length });
  return { address: `http://${server.address}/${start}`, close: () => server.close(0) };
}

class Site<State, Action> {
  readonly #model: Model<State, Action>;
  readonly #configuration: Configuration | undefined;
  readonly #walker: Walker<State, Action>;
  readonly #downloads: Downloads;

  constructor(model: Model<State, Action>, configuration: Configuration | undefined) {
    this.#model = model;
    this.#configuration = configuration;
    this.#walker = new Walker(model);
    // A kept run does not say where it begins.
    const json = model.initialStates().length === 1;
    this.#downloads = { json, test: json && configuration !== undefined && canBeTest(configuration) };
  }

  check(walk: Walk): void {
    this.#walker.go(walk);
  }

  answer(request: Request): Response {
    const { pathname, searchParams } = new URL(request.url);
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return this.#problem(405, `There is nothing to ${request.method} here.`);
    try {
      if (pathname === '/keys.js') return content('text/javascript', KEYS_SCRIPT);
      if (pathname === '/') return this.#page(placeOf(searchParams));
      if (pathname === '/run.json' && this.#downloads.json)
        return this.#download('application/json', 'run.json', this.#json(placeOf(searchParams)));
      if (pathname === '/run.test.ts' && this.#downloads.test && this.#configuration !== undefined) {
        const test = testOf(this.#configuration, this.#json(placeOf(searchParams)));
        return this.#download('text/plain', 'run.test.ts', test);
      }
    } catch (error) {
      if (error instanceof QuorateError) return this.#problem(400, `${error.message} ${error.next}`);
      throw error;
    }
    return this.#problem(404, `There is nothing at ${pathname}.`);
  }

  #page(place: Place): Response {
    const trace = this.#walker.go(place.walk);
    return content('text/html', explorerPage({ model: this.#model, place, trace, downloads: this.#downloads }));
  }

  #json({ walk, done }: Place): string {
    const { initial, steps } = this.#walker.go(walk);
    return keptRun(this.#model, this.#configuration, { initial, steps: steps.slice(0, done) });
  }

  #problem(status: number, message: string): Response {
    return content('text/html', problemPage(this.#model.name, message), status);
  }

  #download(type: string, name: string, text: string): Response {
    const response = content(type, text);
    response.headers.set('content-disposition', `attachment; filename="${name}"`);
    return response;
  }
}

function content(type: string, text: string, status = 200): Response {
  return new Response(text, {
    status,
    headers: {
      'content-type': `${type}; charset=utf-8`,
      'content-security-policy': POLICY,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  });
}
