// What the client loads when it runs. Other than the floor rules (.dependency-cruiser.cjs) this looks at the compiled program:
// a type-only import, such as the world's interface naming the engine's, loads nothing and is not counted.

const { options } = require('./.dependency-cruiser.cjs');

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'client-loads-no-engine',
      comment:
        'quorate/client is for programs that only talk to a cluster: no storage engine, no native module, so that it installs and starts ' +
        'anywhere. Whatever src/apps/client/index.ts reaches, directly or not, must keep clear of them.',
      severity: 'error',
      from: { path: '^src/apps/client/index[.]ts$' },
      to: {
        path: ['^src/runtime/engines/', '(^|/)node_modules/(lmdb|@lmdb|msgpackr-extract|node-gyp-build[^/]*)/', '[.]node$'],
        reachable: true,
      },
    },
  ],
  options: { ...options, tsPreCompilationDeps: false },
};
