import { describe, expect, it } from 'vitest';
import { silentLog } from '../../runtime/real/index.ts';
import { DEFAULT_LIMITS, DEFAULT_SETTINGS, type Kv } from '../../stores/kv/index.ts';
import { httpGateway } from './index.ts';
import { OPENAPI } from './openapi.ts';

const unused = (): never => {
  throw new Error('not called');
};

function routes(): readonly string[] {
  const kv: Kv = { bucket: unused };
  const app = httpGateway({
    node: 'n1',
    kv,
    quorate: { status: unused, ring: unused },
    settingsOf: () => DEFAULT_SETTINGS,
    limits: DEFAULT_LIMITS,
    metrics: { contentType: '', scrape: unused },
    readiness: unused,
    log: silentLog,
  });
  // Routes for all methods only say which methods there are.
  return app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)(\{[^}]*\})?/g, '{$1}')}`);
}

describe('the OpenAPI document', () => {
  it('describes every route, and nothing else', () => {
    const described = Object.entries(OPENAPI.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.sort()).toEqual([...routes()].sort());
  });

  it('has a target for every reference', () => {
    const references: string[] = [];
    JSON.stringify(OPENAPI, (name, value: unknown) => {
      if (name === '$ref' && typeof value === 'string') references.push(value);
      return value;
    });
    expect(references.length).toBeGreaterThan(20);
    for (const reference of references) {
      const target = reference
        .slice('#/'.length)
        .split('/')
        .reduce<unknown>((at, step) => (typeof at === 'object' && at !== null ? Reflect.get(at, step) : undefined), OPENAPI);
      expect(target, reference).toBeTypeOf('object');
    }
  });

  it('names each operation once', () => {
    const names = Object.values(OPENAPI.paths).flatMap((operations) =>
      Object.values(operations).map(({ operationId }) => operationId),
    );
    expect(new Set(names).size).toBe(names.length);
  });

  it('declares the parameters that its paths have', () => {
    for (const [path, operations] of Object.entries(OPENAPI.paths)) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      for (const operation of Object.values(operations)) {
        const parameters = ('parameters' in operation ? operation.parameters : []) as readonly { name: string; in: string }[];
        expect(parameters.filter((parameter) => parameter.in === 'path').map((parameter) => parameter.name)).toEqual(inPath);
      }
    }
  });
});
