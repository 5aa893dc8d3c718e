// The floors and rooms of the house, as rules (docs/architecture.md draws them). `npm run check` runs them over src, bench,
// examples and bin; tests/repository/floors.test.ts proves with a planted violation of every single rule that they can fail.

/** Tests and what only they use stand outside the house: they may look at anything they need. */
const TESTS = ['[.]test[.]ts$', '[.]fixture[.]ts$', '[.]test-child[.]ts$', '-for-tests[.]ts$', '/conformance[a-z-]*[.]ts$'];

/** Core modules that only compute: no clock, no file, no socket, no process. */
const PURE_CORE_MODULES = '^(assert|buffer|events|path|path/posix|querystring|string_decoder|url|util|util/types)$';

/** What the doors may use, beyond the pure modules, to talk with the person or the process that started them. */
const DOOR_CORE_MODULES = '^(async_hooks|process|stream|stream/web)$';

/** An installed package by its name, wherever the installer put it. */
const packages = (...names) => `(^|/)node_modules/(${names.join('|')})/`;

/** The packages by which the runtime touches the world: storage, sockets, output. */
const WORLD_PACKAGES = packages('lmdb', 'mysql2', 'pino');

/** The packages of the doors: flags, HTTP, metrics, colours. */
const DOOR_PACKAGES = packages(
  '@hono/[^/]+',
  'cli-progress',
  '@types/cli-progress',
  'commander',
  'hdr-histogram-js',
  'hono',
  'picocolors',
  'prom-client',
);

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'runtime-is-the-ground-floor',
      comment:
        'The runtime is the world everything else stands on. If it knew a protocol or a store, neither could be simulated without it.',
      severity: 'error',
      from: { path: '^src/runtime/' },
      to: { path: '^src/(?!runtime/)' },
    },
    {
      name: 'protocols-are-pure',
      comment:
        'A protocol is a deterministic state machine: the same code runs in production, in the simulator and under a model checker. ' +
        'It may use other protocols, runtime/bytes and runtime/errors, which are pure as well, and nothing else: no package, no Node module.',
      severity: 'error',
      from: { path: '^src/protocols/', pathNot: TESTS },
      to: { pathNot: ['^src/protocols/', '^src/runtime/(bytes|errors)/'] },
    },
    {
      name: 'protocols-know-no-upper-floor',
      comment: 'Calls go down only. This one holds for the tests of protocols too.',
      severity: 'error',
      from: { path: '^src/protocols/' },
      to: { path: '^src/(stores|services|apps)/' },
    },
    {
      name: 'stores-know-no-upper-floor',
      comment: 'Calls go down only: a store that knew a service or a door could not serve another one.',
      severity: 'error',
      from: { path: '^src/stores/' },
      to: { path: '^src/(services|apps)/' },
    },
    {
      name: 'services-know-no-door',
      comment: 'Calls go down only: a service must not care whether it was called by HTTP, by the command line or embedded.',
      severity: 'error',
      from: { path: '^src/services/' },
      to: { path: '^src/apps/' },
    },
    {
      name: 'enter-a-room-by-its-door',
      comment:
        "A room is a folder of a floor (src/protocols/ring, src/stores/kv). Other rooms may import its index.ts only, so that a room's " +
        'files, also its inner folders, can be rearranged without anybody outside noticing. The client of a store is a second door: through ' +
        'the first one it would bring along the engines.',
      severity: 'error',
      from: { path: '^src/([^/]+)/([^/]+)' },
      to: {
        path: '^src/[^/]+/[^/]+/',
        pathNot: ['^src/$1/$2/', '^src/[^/]+/[^/]+/index[.]ts$', '^src/stores/kv/client/index[.]ts$'],
      },
    },
    {
      name: 'enter-an-inner-folder-by-its-door',
      comment:
        "Within a room the same holds for its inner folders: a file there is reached through the folder's index.ts, or from below.",
      severity: 'error',
      from: { path: '^(src/.+)/[^/]+$' },
      to: { path: '^src/', pathNot: ['/index[.]ts$', '^$1/[^/]+$'], ancestor: false },
    },
    {
      name: 'no-cycles',
      comment: 'Two modules that need each other are one module in two files: neither can be read, tested or replaced alone.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'only-the-runtime-touches-the-world',
      comment:
        'Clock, timers, sockets, files, processes and randomness come from the World (src/runtime/world): only so can the same code run ' +
        'simulated from a seed. The doors may besides read process and streams; nobody else imports more than the pure core modules.',
      severity: 'error',
      from: { path: '^src/(stores|services)/', pathNot: TESTS },
      to: { dependencyTypes: ['core'], pathNot: PURE_CORE_MODULES },
    },
    {
      name: 'doors-open-no-sockets-and-no-files',
      comment:
        'A door translates bytes, HTTP and flags into calls. What it needs of sockets, files and child processes it asks of src/runtime, ' +
        'so that the command line and the server can be tested in a simulated world too.',
      severity: 'error',
      from: { path: '^src/apps/', pathNot: TESTS },
      to: { dependencyTypes: ['core'], pathNot: [PURE_CORE_MODULES, DOOR_CORE_MODULES] },
    },
    {
      name: 'packages-of-the-runtime',
      comment:
        'Storage libraries and log writers touch the world; their one place is the runtime, behind the interfaces of the World.',
      severity: 'error',
      from: { path: '^src/(?!runtime/)', pathNot: TESTS },
      to: { path: WORLD_PACKAGES },
    },
    {
      name: 'packages-of-the-doors',
      comment:
        'Flags, HTTP, metrics and colours belong to the doors. The runtime may use what listens on its sockets; stores and services stand ' +
        'on the floors below them and on no package at all.',
      severity: 'error',
      from: { path: '^src/(stores|services)/', pathNot: TESTS },
      to: { path: packages('[^/]+'), pathNot: WORLD_PACKAGES },
    },
    {
      name: 'runtime-knows-no-flags-and-colours',
      comment: 'What is shown to a person is decided at the door. A runtime that prints or parses flags cannot be embedded.',
      severity: 'error',
      from: { path: '^src/runtime/', pathNot: TESTS },
      to: { path: packages('cli-progress', 'commander', 'picocolors', 'prom-client') },
    },
    {
      name: 'doors-use-known-packages',
      comment: 'A new package at a door is a decision: name it in docs/dependencies.md and here.',
      severity: 'error',
      from: { path: '^src/apps/', pathNot: TESTS },
      to: { path: packages('[^/]+'), pathNot: [DOOR_PACKAGES, WORLD_PACKAGES] },
    },
    {
      name: 'no-development-packages-in-the-product',
      comment: 'What users install has only "dependencies". A devDependency imported from src works here and breaks there.',
      severity: 'error',
      from: { path: '^(src|bin)/', pathNot: TESTS },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['npm', 'type-only'] },
    },
    {
      name: 'nothing-unresolvable',
      comment: 'An import that leads nowhere fails at run time, perhaps in a rare branch only.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'product-knows-no-tests',
      comment: 'Tests, benchmarks and examples look at the product, never the other way round; they are not in the package.',
      severity: 'error',
      from: { path: '^(src|bin)/', pathNot: TESTS },
      to: { path: ['^(tests|bench|examples)/', ...TESTS] },
    },
  ],
  options: {
    // Type-only imports count as well: a floor that knows an upper floor's types knows the upper floor.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^tests/repository/planted/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
    detectProcessBuiltinModuleCalls: true,
    skipAnalysisNotInRules: true,
  },
};
