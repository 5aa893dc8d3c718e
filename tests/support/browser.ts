/** A real browser for the tests of pages: Chromium, if the machine has one. */
import { accessSync, constants } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** `QUORATE_BROWSER` names another; with `QUORATE_BROWSER=required` a machine without one fails instead of skipping. */
const wanted = process.env['QUORATE_BROWSER'];

export const browserPath: string | undefined = wanted === undefined || wanted === 'required' ? PLACES.find(canBeRun) : wanted;

if (wanted === 'required' && browserPath === undefined) throw new Error(`there is no browser at ${PLACES.join(', ')}`);

export async function openBrowser(): Promise<Browser> {
  if (browserPath === undefined) throw new Error('there is no browser');
  // Without its sandbox, which it cannot have as root; it only sees pages of this repository.
  return await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] });
}

function canBeRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
