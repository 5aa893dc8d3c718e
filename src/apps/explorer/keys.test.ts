import { expect, test } from 'vitest';
import { KEYS_SCRIPT, listenToKeys, type PageElement, type PageKey } from './keys.ts';

/** A page with the links of these keys. */
function pageWith(...keys: readonly string[]) {
  const pressed: string[] = [];
  let listener: ((event: PageKey) => void) | undefined;
  const diagram: PageElement = { dataset: { top: '64' }, scrollTop: 0, click: () => {} };
  const page = {
    addEventListener(_type: 'keydown', given: (event: PageKey) => void) {
      listener = given;
    },
    querySelector(selector: string): PageElement | null {
      if (selector === '[data-top]') return diagram;
      const key = keys.find((one) => selector === `a[data-key="${one}"]`);
      return key === undefined ? null : { dataset: {}, scrollTop: 0, click: () => pressed.push(key) };
    },
  };
  const press = (key: string, modifiers: Partial<PageKey> = {}): boolean => {
    let isTaken = false;
    const preventDefault = () => {
      isTaken = true;
    };
    listener?.({ key, altKey: false, ctrlKey: false, metaKey: false, preventDefault, ...modifiers });
    return isTaken;
  };
  return { page, press, pressed, diagram };
}

test('a key presses its link, and no other key is taken away from the browser', () => {
  const { page, press, pressed, diagram } = pageWith('1', 'ArrowLeft');
  listenToKeys(page);
  expect(diagram.scrollTop).toBe(64);
  expect([press('1'), press('ArrowLeft'), press('2'), press('"'), press('1', { ctrlKey: true })]).toEqual([
    true,
    true,
    false,
    false,
    false,
  ]);
  expect(pressed).toEqual(['1', 'ArrowLeft']);
});

test('the script needs nothing but the document', () => {
  const { page, press, pressed } = pageWith('End');
  new Function('document', KEYS_SCRIPT)(page);
  press('End');
  expect(pressed).toEqual(['End']);
});
