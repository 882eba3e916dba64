/** ES modules as they are: execa and the inspector have no other form. */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // Real browsers and large amounts take long: `npm run test:long` runs these only, `npm run test:full` all.
  testPathIgnorePatterns: ['/node_modules/', '\\.long\\.test\\.ts$'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript' },
          // Without its attribute, Jest warns of an import of JSON and will refuse it.
          experimental: { keepImportAttributes: true },
        },
      },
    ],
  },
  testTimeout: 20_000,
  // Much of the time is waiting for processes: all cores are used, where Jest would leave one free.
  maxWorkers: '100%',
  // To start a process costs a worker of 500 MB ten times what it costs a small one: one that has grown is replaced.
  workerIdleMemoryLimit: '120MB',
};
