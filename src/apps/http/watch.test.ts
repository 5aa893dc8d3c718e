import { describe, expect, it } from 'vitest';
import { gatewayForTests } from '../../../tests/support/gateway.ts';

const gateway = gatewayForTests();

/** The data of the `state` events as they come. */
async function* states(response: Response): AsyncGenerator<{ readonly values: readonly { readonly text?: string }[] }> {
  if (response.body === null) throw new Error('no body');
  let rest = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    rest += chunk;
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
      const event = rest.slice(0, end);
      rest = rest.slice(end + 2);
      if (event.startsWith('event: state\n')) yield JSON.parse(event.slice(event.indexOf('data: ') + 6));
    }
  }
}

describe('GET /kv/BUCKET/KEY?watch', () => {
  it('sends the present state, then each that follows, until the client leaves', async () => {
    await gateway.put('/kv/latest/a', 'one');
    const response = await gateway.fetch('/kv/latest/a?watch');
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const seen: string[] = [];
    for await (const { values } of states(response)) {
      seen.push(JSON.stringify(values));
      if (seen.length === 1) await gateway.put('/kv/latest/a', 'two');
      if (seen.length === 2) await gateway.fetch('/kv/latest/a', { method: 'DELETE' });
      if (seen.length === 3) break;
    }
    expect(seen[0]).toContain('one');
    expect(seen[1]).toContain('two');
    expect(seen[2]).toBe('[]');
  });

  it('refuses other options beside it', async () => {
    expect((await gateway.fetch('/kv/latest/a?watch&r=2')).status).toBe(400);
  });
});

describe('a value for a while', () => {
  it('is put with ttl, and says when it expires', async () => {
    await gateway.fetch('/kv/latest/a?ttl=60000', { method: 'PUT', body: 'one' });
    const response = await gateway.fetch('/kv/latest/a');
    const left = Date.parse(response.headers.get('quorate-expires') ?? '') - Date.now();
    expect(left).toBeGreaterThan(50_000);
    expect(left).toBeLessThanOrEqual(60_000);
    expect((await gateway.fetch('/kv/latest/a?ttl=0', { method: 'PUT', body: 'one' })).status).toBe(400);
  });
});
