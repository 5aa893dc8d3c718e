// breaks: only-the-runtime-touches-the-world
export const files = process.getBuiltinModule('node:fs');
