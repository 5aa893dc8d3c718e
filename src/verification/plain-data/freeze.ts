/** @returns the same data; whoever writes to one of its objects or arrays gets a TypeError from then on. Maps and sets stay open. */
export function frozen<Data>(data: Data): Data {
  freeze(data);
  return data;
}

function freeze(data: unknown): void {
  if (data === null || typeof data !== 'object' || ArrayBuffer.isView(data) || Object.isFrozen(data)) return;
  if (data instanceof Map) for (const [key, value] of data) freezeBoth(key, value);
  else if (data instanceof Set) for (const value of data) freeze(value);
  else {
    Object.freeze(data);
    for (const value of Object.values(data)) freeze(value);
  }
}

function freezeBoth(key: unknown, value: unknown): void {
  freeze(key);
  freeze(value);
}
