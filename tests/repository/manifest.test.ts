/** What package.json, the lockfile and docs/dependencies.md promise each other. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const repository = join(import.meta.dirname, '../..');
const text = (name: string): string => readFileSync(join(repository, name), 'utf8');

interface Manifest {
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly workspaces: readonly string[];
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly resolved?: string; readonly link?: boolean }>>;
}

const manifest = JSON.parse(text('package.json')) as Manifest;

describe('TypeScript', () => {
  it('stays at 6.0, whose interface dependency-cruiser can use: with 7.0 it sees no import at all', () => {
    expect(manifest.devDependencies['typescript']).toMatch(/^~6\.0\.\d+$/);
    expect((JSON.parse(text('node_modules/typescript/package.json')) as Manifest).version).toMatch(/^6\.0\.\d+$/);
  });
});

describe('the supported Node.js', () => {
  const oldest = /^>=(\d+\.\d+)\.0$/.exec(manifest.engines.node)?.[1] ?? 'unreadable';

  it('is the same in package.json and in bin/quorate.js', () => {
    expect(text('bin/quorate.js')).toContain(`const NEEDED = [${oldest.replace('.', ', ')}];`);
  });

  it('is the one with which the package is tested', () => {
    const brought = JSON.parse(text('tests/package/node-22/package.json')) as Manifest;
    expect(brought.devDependencies['node']).toBe(`${oldest}.0`);
  });
});

describe('the lockfile', () => {
  it('names no address from which a package was fetched', () => {
    const entries = Object.entries((JSON.parse(text('package-lock.json')) as Lockfile).packages);
    expect(entries.length).toBeGreaterThan(50);
    const addressed = entries.filter(([, entry]) => entry.resolved !== undefined && entry.link !== true);
    expect(addressed.map(([path]) => path)).toEqual([]);
  });
});

describe('docs/dependencies.md', () => {
  it('tells of every dependency why it is there, and of no other', () => {
    const told = [...text('docs/dependencies.md').matchAll(/^\| `([^`]+)` \|/gm)].map((row) => row[1]);
    const present = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)];
    expect(told.sort()).toEqual(present.sort());
  });
});

describe('the exports', () => {
  it.each(Object.entries(manifest.exports))('%s leads to a source file and its types', (_, target) => {
    const source = target['default']?.replace('./dist/', 'src/').replace(/\.js$/, '.ts') ?? 'missing';
    expect(existsSync(join(repository, source)), source).toBe(true);
    expect(target['types']).toBe(target['default']?.replace(/\.js$/, '.d.ts'));
  });
});

describe('the workspaces', () => {
  it('are private: one package is published', () => {
    const workspaces = manifest.workspaces.map(
      (path) => JSON.parse(text(`${path}/package.json`)) as { readonly private?: boolean },
    );
    expect(workspaces.filter((workspace) => workspace.private !== true)).toEqual([]);
  });
});
