/** Frame kinds of anti-entropy, 0x40 to 0x47; answers have the high bit set. The forms are in `protocols/anti-entropy`. */
export const FRAME = { roots: 0x40, children: 0x41, difference: 0x42, push: 0x43 } as const;
export const REPLY = 0x80;
