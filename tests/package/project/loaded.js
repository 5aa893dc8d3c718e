// Import this first: it notes every module that is loaded afterwards.
import { registerHooks } from 'node:module';

const urls = [];

registerHooks({
  load(url, context, nextLoad) {
    urls.push(url);
    return nextLoad(url, context);
  },
});

/** Whether LMDB, its binary or an engine that stands on it has been loaded since. */
export const loadsEngine = () => {
  const binaries = process.report.getReport().sharedObjects;
  return [...urls, ...binaries].some((name) => /node_modules\/@?lmdb\/|quorate\/dist\/runtime\/engines\//.test(name));
};
