/**
 * The bans on ambient time, timers, randomness, sockets and files can fail: Biome, with this repository's configuration, must
 * report every marked line of `planted/lint` with the replacement in its message, and no other line.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const repository = join(import.meta.dirname, '../..');
const planted = join(import.meta.dirname, 'planted/lint');

/** The rules are bound to paths such as src/stores, so the planted files need a place where those are theirs. */
const stage = mkdtempSync(join(tmpdir(), 'quorate-lint-'));
cpSync(join(repository, 'biome.json'), join(stage, 'biome.json'));
cpSync(join(repository, 'tests/repository/rules'), join(stage, 'tests/repository/rules'), { recursive: true });
cpSync(planted, stage, { recursive: true });
afterAll(() => rmSync(stage, { recursive: true, force: true }));

interface Finding {
  readonly place: string;
  readonly text: string;
}

/** The rules that guard the world; what others say about the planted files does not matter here. */
const GUARDS = /^(plugin|lint\/style\/noRestrictedGlobals|lint\/style\/noRestrictedImports)$/;

function reported(): Finding[] {
  const binary = join(repository, 'node_modules/.bin/biome');
  const options = ['lint', '--vcs-enabled=false', '--max-diagnostics=none', '--colors=off', 'src'];
  const output = spawnSync(binary, options, { cwd: stage, encoding: 'utf8' }).stderr;
  // A report starts with "path:line:column rule ━━━" and goes on until the next one.
  return output.split(/^(?=\S+:\d+:\d+ \S+ )/m).flatMap((block) => {
    const [, place, rule] = /^(\S+:\d+):\d+ (\S+) /.exec(block) ?? [];
    return place !== undefined && rule !== undefined && GUARDS.test(rule) ? [{ place, text: block.replace(/\s+/g, ' ') }] : [];
  });
}

/** The marked lines: `code // reported: words of the message`. */
function announced(): Finding[] {
  return readdirSync(planted, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) =>
      readFileSync(join(planted, name), 'utf8')
        .split('\n')
        .flatMap((line, index) => {
          const text = / \/\/ reported: (.+)$/.exec(line)?.[1];
          return text === undefined ? [] : [{ place: `${name}:${index + 1}`, text }];
        }),
    );
}

describe('the lint rules that keep the ambient world out of the upper floors', () => {
  const findings = reported();
  const expected = announced();

  it('report exactly the marked lines', () => {
    expect(expected.length).toBeGreaterThan(0);
    expect(findings.map(({ place }) => place).sort()).toEqual(expected.map(({ place }) => place).sort());
  });

  it.each(expected)('name the replacement at $place', ({ place, text }) => {
    expect(findings.find((finding) => finding.place === place)?.text).toContain(text);
  });
});
