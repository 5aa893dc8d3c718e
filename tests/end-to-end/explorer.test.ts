/** The explorer and the page of a run, in a real browser. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Explorer, explore } from '../../src/apps/explorer/index.ts';
import { modelNamed } from '../../src/verification/models/index.ts';
import { drawSequence } from '../../src/verification/pictures/index.ts';
import { Walker } from '../../src/verification/walks/index.ts';
import { browserPath, openBrowser } from '../support/browser.ts';

const model = modelNamed({ name: 'paxos', options: { servers: 3, clients: 2, crashes: 1 } });

describe.skipIf(browserPath === undefined)('in a browser', () => {
  let browser: Browser;
  let page: Page;
  let explorer: Explorer;
  const errors: string[] = [];

  beforeAll(async () => {
    [browser, explorer] = await Promise.all([openBrowser(), explore(model)]);
    page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
  });
  afterAll(async () => {
    await browser?.close();
    await explorer?.close();
  });
  beforeEach(async () => {
    errors.length = 0;
    await page.goto(explorer.address);
  });

  const heading = () => page.locator('#states h2').textContent();
  const changed = () => page.locator('td.changed').allTextContents();

  test('one picks a message and sees what it changes, goes back, and takes another one', async () => {
    expect(await heading()).toBe('State at the start');
    expect(await changed()).toEqual([]);
    await page.getByText('write request 1 value A, from client 3').click();
    expect(await heading()).toBe('State after step 1');
    expect(await changed()).toContain('preparing');
    expect(await page.locator('svg .message').count()).toBe(1);
    await page.getByRole('link', { name: 'Back' }).click();
    expect(await heading()).toBe('State at the start');
    expect(await page.locator('.choice.ahead').textContent()).toContain('as before');
    await page.getByText('write request 1 value B, from client 4').click();
    expect(new URL(page.url()).search).toBe('?walk=2');
    expect(await page.locator('.choice.ahead').count()).toBe(0);
    expect(errors).toEqual([]);
  });

  test('keys do the same', async () => {
    for (const key of ['1', '1', '1']) {
      const address = page.url();
      await page.keyboard.press(key);
      await page.waitForURL((url) => url.href !== address);
    }
    expect(await heading()).toBe('State after step 3');
    await page.keyboard.press('ArrowLeft');
    await page.waitForURL('**/?walk=1.1.1&done=2');
    await page.keyboard.press('Home');
    await page.waitForURL('**/?walk=1.1.1&done=0');
    await page.keyboard.press('End');
    await page.waitForURL('**/?walk=1.1.1');
    expect(await heading()).toBe('State after step 3');
    expect(errors).toEqual([]);
  });

  test('the address of a place leads there again, and a step in the diagram is a link to its place', async () => {
    await page.goto(new URL('/?walk=1.2.1.1', explorer.address).href);
    const states = await page.locator('#states').textContent();
    const other = await browser.newPage();
    await other.goto(page.url());
    expect(await other.locator('#states').textContent()).toBe(states);
    await other.close();
    await page.locator('svg a.step').nth(1).click();
    await page.waitForURL('**/?walk=1.2.1.1&done=2');
    expect(await page.locator('svg rect.current').count()).toBe(1);
  });

  test('a run can be downloaded', async () => {
    await page.goto(new URL('/?walk=1.2', explorer.address).href);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByText('for quorate check --replay').click()]);
    expect(download.suggestedFilename()).toBe('run.json');
  });

  test.each([400, 1200] as const)('nothing sticks out at %i pixels, by day and by night', async (width) => {
    const { steps, initial } = new Walker(model).go({ beginning: 1, steps: [1, 2, 1, 1, 1, 1] });
    const drawn = drawSequence(model, { initial, steps }, { title: 'a run', verdict: { verdict: 'violated', property: 'p' } });
    const colours: string[] = [];
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await page.goto(new URL('/?walk=1.2.1.1.1.1', explorer.address).href);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      await page.setContent(drawn);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      colours.push(await page.evaluate<string>('getComputedStyle(document.body).backgroundColor'));
    }
    expect(new Set(colours).size).toBe(2);
    expect(errors).toEqual([]);
  });
});
