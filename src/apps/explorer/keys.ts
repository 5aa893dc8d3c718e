/**
 * What the page does about keys: each presses the link that stands for it. This runs in the browser: it is sent there as the text of
 * the function, so it may use nothing from outside of it.
 */

/** As much of a document as it needs. */
export interface PageDocument {
  addEventListener(type: 'keydown', listener: (event: PageKey) => void): void;
  querySelector(selector: string): PageElement | null;
}

export interface PageElement {
  readonly dataset: Readonly<Record<string, string | undefined>>;
  scrollTop: number;
  click(): void;
}

export interface PageKey {
  readonly key: string;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  preventDefault(): void;
}

export function listenToKeys(page: PageDocument): void {
  const diagram = page.querySelector('[data-top]');
  if (diagram !== null) diagram.scrollTop = Number(diagram.dataset['top']);
  page.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.key.includes('"') || event.key.includes('\\')) return;
    const link = page.querySelector(`a[data-key="${event.key}"]`);
    if (link === null) return;
    event.preventDefault();
    link.click();
  });
}

export const KEYS_SCRIPT = `(${listenToKeys.toString()})(document);\n`;
