import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

/** contracts <- messaging <- saga, event-store <- platform <- apps; apps never import apps. */
const boundaries = (allow) => [
  'error',
  {
    enforceBuildableLibDependency: false,
    allow,
    depConstraints: [
      { sourceTag: 'layer:testing', onlyDependOnLibsWithTags: [] },
      { sourceTag: 'layer:contracts', onlyDependOnLibsWithTags: ['layer:testing'] },
      { sourceTag: 'layer:messaging', onlyDependOnLibsWithTags: ['layer:contracts', 'layer:testing'] },
      { sourceTag: 'layer:saga', onlyDependOnLibsWithTags: ['layer:contracts', 'layer:messaging', 'layer:testing'] },
      { sourceTag: 'layer:event-store', onlyDependOnLibsWithTags: ['layer:contracts', 'layer:messaging', 'layer:testing'] },
      {
        sourceTag: 'layer:platform',
        onlyDependOnLibsWithTags: ['layer:contracts', 'layer:messaging', 'layer:saga', 'layer:event-store', 'layer:testing'],
      },
      { sourceTag: 'type:app', onlyDependOnLibsWithTags: ['type:lib'] },
      { sourceTag: 'type:tool', onlyDependOnLibsWithTags: ['type:lib', 'type:app'] },
    ],
  },
];

export default tseslint.config(
  { ignores: ['**/dist/**', '**/dist-failpoints/**', '**/generated/**', '**/node_modules/**', '.stack/**', '.nx/**'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.ts'],
    plugins: { '@nx': nx },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-empty-object-type': 'off',
      '@nx/enforce-module-boundaries': boundaries([]),
    },
  },
  {
    // What drives the whole system from outside uses the tools, and the map of databases.
    files: ['tools/**/*.ts', 'test/**/*.ts'],
    rules: { '@nx/enforce-module-boundaries': boundaries(['^(\\.\\./)+(prisma/databases|tools/[a-z/-]+|test/harness/[a-z-]+)$']) },
  },
  { files: ['**/*.js', '**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
);
