/** One configuration for every level; the level is in the file's name: .spec.ts, .int.spec.ts, .e2e.spec.ts */
const swc = [
  '@swc/jest',
  {
    // .swcrc is the build's: it leaves the specs out.
    swcrc: false,
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
      keepClassNames: true,
    },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
  },
];
const common = {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@comptoir/source', 'node', 'require', 'default'] },
  transform: { '^.+\\.ts$': swc, '/node_modules/content-disposition/.+\\.js$': swc },
  // @fastify/static requires an ES module, which Node 20.19 can and Jest cannot.
  transformIgnorePatterns: ['/node_modules/(?!content-disposition/)'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'json'],
  modulePathIgnorePatterns: ['/dist/', '/dist-failpoints/', '/.stack/'],
  roots: ['<rootDir>/libs', '<rootDir>/apps', '<rootDir>/tools', '<rootDir>/test'],
};
const elsewhere = ['/node_modules/', '/dist/', '/dist-failpoints/', '/generated/'];
const withServers = '<rootDir>/tools/jest-global-setup.ts';

module.exports = {
  // On a busy machine a step may take seconds; tests wait for conditions, so a long limit costs nothing.
  testTimeout: 60_000,
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['**/*.spec.ts'],
      testPathIgnorePatterns: [...elsewhere, '\\.(int|e2e|chaos)\\.spec\\.ts$'],
      globalSetup: '<rootDir>/tools/jest-unit-setup.ts',
    },
    { ...common, displayName: 'int', testMatch: ['**/*.int.spec.ts'], testPathIgnorePatterns: elsewhere, globalSetup: withServers },
    { ...common, displayName: 'e2e', testMatch: ['**/*.e2e.spec.ts', '**/*.chaos.spec.ts'], testPathIgnorePatterns: elsewhere, globalSetup: withServers },
  ],
};
