// The arrows of the design: every import goes to what is more certain. A planted violation proves that this sees
// (test/unit/arrows.test.ts): beside TypeScript 7 the cruiser reads .ts only through @swc/core.

/** context → the contexts whose domain and contract it may import */
const MAY_IMPORT = {
  access: [],
  audit: ['access', 'events'],
  judgement: [],
  cost: [],
  clusters: [],
  catalog: [],
  compositions: ['catalog'],
  loadsim: ['clusters'],
  pipelines: ['cost', 'catalog'],
  measurement: ['clusters', 'pipelines'],
  truth: ['measurement', 'clusters'],
  deployments: ['catalog', 'compositions', 'clusters', 'pipelines'],
  experiments: ['pipelines', 'clusters', 'measurement', 'judgement', 'cost', 'loadsim', 'truth'],
  control: ['experiments', 'measurement', 'clusters', 'pipelines', 'deployments'],
  insight: ['experiments', 'control', 'measurement', 'cost', 'clusters', 'judgement'],
};
const CONTEXTS = [...Object.keys(MAY_IMPORT), 'events'];
const any = (names) => `(${names.join('|')})`;

const between = Object.entries(MAY_IMPORT).map(([context, others]) => ({
  name: `${context}-imports-only-its-neighbours`,
  comment: `${context} may import domain and contract of: ${['access (domain)', ...others].join(', ')}`,
  severity: 'error',
  from: { path: `^src/${context}/` },
  to: {
    path: `^src/${any(CONTEXTS)}/`,
    pathNot: [`^src/${context}/`, '^src/access/domain/', ...others.map((other) => `^src/${other}/(domain|contract)/`)],
  },
}));

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    ...between,
    {
      name: 'events-imports-contracts',
      severity: 'error',
      from: { path: '^src/events/' },
      to: {
        path: `^src/${any(CONTEXTS)}/`,
        pathNot: ['^src/events/', '^src/access/domain/', '^src/[a-z]+/(contract|domain)/'],
      },
    },
    {
      name: 'kernel-knows-nobody',
      severity: 'error',
      from: { path: '^src/kernel/' },
      to: { path: '^(src|functions|lib|cli|dashboard|local)/', pathNot: '^src/kernel/' },
    },
    {
      name: 'platform-knows-no-context',
      severity: 'error',
      from: { path: '^src/platform/' },
      to: { path: `^src/(client|${CONTEXTS.join('|')})/` },
    },
    {
      name: 'domain-is-pure',
      comment:
        'domain imports domain, the kernel and zod (yaml reads texts, re2js patterns, lezer queries, and none does anything else)',
      severity: 'error',
      from: { path: '^src/[a-z]+/domain/', pathNot: '^src/(kernel|platform)/' },
      to: {
        pathNot: [
          '^src/[a-z]+/domain/',
          '^src/kernel/(?!system)',
          '^src/judgement/contract/',
          '^node_modules/(zod|yaml|re2js|@lezer|@prometheus-io/lezer-promql)/',
        ],
      },
    },
    {
      name: 'contract-needs-domain-and-declarations',
      severity: 'error',
      from: { path: '^src/[a-z]+/contract/' },
      to: {
        pathNot: [
          '^src/[a-z]+/(domain|contract)/',
          '^src/kernel/(?!system)',
          '^src/platform/declare/',
          '^node_modules/zod/',
        ],
      },
    },
    {
      name: 'application-knows-no-adapter',
      severity: 'error',
      from: { path: '^src/[a-z]+/application/' },
      to: { path: ['^src/[a-z]+/adapters/', '^node_modules/@(aws-sdk|kubernetes|smithy)/', '^src/kernel/system'] },
    },
    {
      name: 'client-knows-contracts',
      severity: 'error',
      from: { path: '^src/client/' },
      to: {
        path: '^src/',
        pathNot: ['^src/client/', '^src/kernel/', '^src/platform/(declare|wire)', '^src/[a-z]+/(contract|domain)/'],
      },
    },
    {
      name: 'people-facing-programs-know-the-client',
      severity: 'error',
      from: { path: '^(cli|dashboard)/' },
      to: {
        path: '^(src|functions|lib)/',
        pathNot: ['^src/client/', '^src/kernel/', '^src/platform/declare/', '^src/[a-z]+/(contract|domain)/'],
      },
    },
    {
      name: 'lib-knows-manifests',
      severity: 'error',
      from: { path: '^lib/' },
      to: {
        path: '^(src|functions|cli|dashboard|local)/',
        pathNot: [
          '^functions/[a-z-]+/manifest\\.ts$',
          '^src/platform/(declare/|resources\\.ts$|environment)',
          '^src/kernel/',
          '^src/[a-z]+/contract/',
        ],
      },
    },
    {
      name: 'kubernetes-and-prometheus-live-in-workers',
      severity: 'error',
      from: { path: '^functions/api-' },
      to: { path: 'node_modules/@kubernetes/', reachable: true },
    },
    {
      name: 'production-knows-no-laptop',
      severity: 'error',
      from: { path: '^(src|functions|lib)/' },
      to: { path: '^(local|test)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
    },
  },
};
