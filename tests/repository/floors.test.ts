/**
 * The floor rules can fail: dependency-cruiser must report every violation planted in `planted/floors`, and nothing else there.
 * It reads TypeScript through the compiler's interface; with a compiler it cannot use it sees no import and passes everything.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { IConfiguration, ICruiseResult } from 'dependency-cruiser';
import { describe, expect, it } from 'vitest';

const repository = join(import.meta.dirname, '../..');
const planted = join(import.meta.dirname, 'planted/floors');
const configurations = ['.dependency-cruiser.cjs', '.dependency-cruiser.client.cjs'];
const require = createRequire(import.meta.url);

interface Violation {
  readonly file: string;
  readonly rule: string;
}

/** What dependency-cruiser reports of the planted sources, both configurations together. */
function reported(): ICruiseResult['summary']['violations'] {
  return configurations.flatMap((configuration) => {
    const binary = join(repository, 'node_modules/.bin/depcruise');
    const options = ['src', '--config', join(repository, configuration), '--output-type', 'json'];
    const output = execFileSync(binary, options, { cwd: planted, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
    return (JSON.parse(output) as ICruiseResult).summary.violations;
  });
}

/** What the first lines of the planted files announce: `// breaks: <rule>, <rule>`. */
function announced(): Violation[] {
  return readdirSync(join(planted, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => {
      const rules = /^\/\/ breaks: (.+)\n/.exec(readFileSync(join(planted, 'src', name), 'utf8'))?.[1] ?? '';
      const file = join('src', name);
      return rules === '' ? [] : rules.split(', ').map((rule) => ({ file, rule }));
    });
}

const ruleNames = configurations.flatMap((configuration) => {
  const rules = require(join(repository, configuration)) as IConfiguration;
  return (rules.forbidden ?? []).map((rule) => ({ name: rule.name ?? '', comment: rule.comment ?? '' }));
});

const lines = (violations: readonly Violation[]): string[] =>
  [...new Set(violations.map(({ file, rule }) => `${file} breaks ${rule}`))].sort();

describe('the floor rules', () => {
  const violations = reported();

  it('report exactly the planted violations', () => {
    const found = violations.map((violation) => ({ file: violation.from, rule: violation.rule.name }));
    expect(lines(found)).toEqual(lines(announced()));
  });

  it('are each broken by a planted file, so that none of them is blind', () => {
    const broken = new Set(announced().map(({ rule }) => rule));
    expect([...broken].sort()).toEqual(ruleNames.map(({ name }) => name).sort());
  });

  it('say why they are there', () => {
    expect(ruleNames.filter(({ comment }) => comment.length < 40)).toEqual([]);
  });

  it('do not count what the client imports as a type only', () => {
    const reached = violations.filter(({ rule }) => rule.name === 'client-loads-no-engine').map(({ to }) => to);
    expect(reached).toContain('src/runtime/engines/index.ts');
    expect(reached).not.toContain('src/runtime/engines/engine.ts');
  });
});
