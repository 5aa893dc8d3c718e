import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts', 'examples/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'tests/repository/planted/**'],
    // Two workers: the clusters that some tests start are processes of their own and need their share of a small machine.
    maxWorkers: 2,
    // A test waits for events, never for time to pass; what has not happened by then will not happen.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // A run in which the patterns above match nothing must not look like a success.
    passWithNoTests: false,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['**/*.test.ts', '**/*.fixture.ts', '**/*.test-child.ts', '**/*-for-tests.ts', '**/conformance*.ts'],
      reporter: ['text-summary', 'html', 'lcov'],
      reportsDirectory: 'coverage',
    },
  },
});
