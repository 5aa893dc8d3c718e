import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';

const repository = join(import.meta.dirname, '../..');
const documents = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...below('docs')].filter((name) => name.endsWith('.md'));

function below(folder: string): string[] {
  return readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
}

describe.each(documents)('%s', (name) => {
  const text = readFileSync(join(repository, name), 'utf8');

  it('links only to what is there', () => {
    const links = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, target]) => target ?? '');
    const missing = links.filter((link) => !/^[a-z]+:/.test(link) && !existsSync(join(repository, dirname(name), link)));
    expect(missing).toEqual([]);
  });
});

it('every decision stands in their list', () => {
  const list = readFileSync(join(repository, 'docs/decisions/README.md'), 'utf8');
  const records = readdirSync(join(repository, 'docs/decisions')).filter((name) => name !== 'README.md');
  expect(records.filter((name) => !list.includes(name))).toEqual([]);
});
