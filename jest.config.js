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
module.exports = {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['@comptoir/source', 'node', 'require', 'default'] },
  transform: { '^.+\\.ts$': swc, '/node_modules/content-disposition/.+\\.js$': swc },
  // @fastify/static requires an ES module, which Node 20.19 can and Jest cannot.
  transformIgnorePatterns: ['/node_modules/(?!content-disposition/)'],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'json'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/dist-failpoints/'],
  modulePathIgnorePatterns: ['/dist/', '/dist-failpoints/', '/.stack/'],
  roots: ['<rootDir>/libs', '<rootDir>/apps', '<rootDir>/tools', '<rootDir>/test'],
  testTimeout: 30_000,
};
