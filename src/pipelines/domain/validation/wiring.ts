import { isSettings, type Settings, type SettingsNode, settingsAt } from '../settings-tree.ts';
import { COMPONENT_KINDS, type ComponentKind, findComponent, SIGNALS, type Signal } from './components.ts';
import { error, type Path, type Remark, warning } from './finding.ts';

const ROOT_KEYS: readonly string[] = [...COMPONENT_KINDS, 'service'];
/** as the collector has it: component.NewType and the names behind a slash */
const COMPONENT_ID = /^[a-zA-Z][0-9a-zA-Z_]{0,62}(?:\/[^\s/\p{C}\p{S}]{1,1024})?$/u;
const PARTS = ['receivers', 'processors', 'exporters'] as const;
type Part = (typeof PARTS)[number];

/** Ids, references and the graph: what exists, what is used, what carries which signal, and that nothing runs in a circle. */
export const checkWiring = (settings: Settings): readonly Remark[] => {
  const pipelines = pipelinesOf(settings);
  return [
    ...checkRoot(settings),
    ...checkDefinitions(settings),
    ...checkPipelineKeys(settings),
    ...pipelines.flatMap((pipeline) => checkPipeline(settings, pipeline)),
    ...checkConnectors(settings, pipelines),
    ...checkExtensions(settings),
    ...checkUse(settings, pipelines),
    ...checkCycles(settings, pipelines),
  ];
};

interface Pipeline {
  readonly key: string;
  readonly signal: Signal | undefined;
  readonly path: Path;
  readonly parts: Readonly<Record<Part, readonly string[]>>;
}

const pipelinesOf = (settings: Settings): readonly Pipeline[] =>
  Object.entries(settingsAt(settings, 'service', 'pipelines')).flatMap(([key, pipeline]) => {
    if (!isSettings(pipeline)) return [];
    return {
      key,
      signal: SIGNALS.find((signal) => signal === typeOf(key)),
      path: ['service', 'pipelines', key],
      parts: {
        receivers: idsIn(pipeline['receivers']),
        processors: idsIn(pipeline['processors']),
        exporters: idsIn(pipeline['exporters']),
      },
    };
  });

const idsIn = (node: SettingsNode | undefined): readonly string[] => (Array.isArray(node) ? node.map(String) : []);

const extensionsOf = (settings: Settings): readonly string[] => idsIn(settingsAt(settings, 'service')['extensions']);

const typeOf = (id: string): string => id.split('/')[0] ?? '';

const checkRoot = (settings: Settings): readonly Remark[] =>
  Object.keys(settings)
    .filter((key) => !ROOT_KEYS.includes(key))
    .map((key) =>
      error('key-unknown', [key], `"${key}" is no part of collector settings`, `the parts are ${ROOT_KEYS.join(', ')}`),
    );

const definitionsOf = (settings: Settings) =>
  COMPONENT_KINDS.flatMap((kind) => Object.keys(settingsAt(settings, kind)).map((id) => ({ kind, id })));

const checkDefinitions = (settings: Settings): readonly Remark[] =>
  definitionsOf(settings).flatMap(({ kind, id }): readonly Remark[] => {
    const path = [kind, id];
    if (!COMPONENT_ID.test(id))
      return [
        error(
          'component-id-malformed',
          path,
          `"${id}" is no id of a component`,
          'write type or type/name: letters, digits and _ in the type',
        ),
      ];
    const found = findComponent(kind, typeOf(id));
    if (found === undefined) {
      const elsewhere = COMPONENT_KINDS.find((other) => findComponent(other, typeOf(id)) !== undefined);
      return [
        error(
          'component-not-available',
          path,
          `the collector has no ${singular(kind)} "${typeOf(id)}"`,
          elsewhere === undefined ? 'take one that `otelcol components` names' : `it stands under ${elsewhere}`,
        ),
      ];
    }
    if (found.name === typeOf(id)) return [];
    return [
      warning(
        'component-renamed',
        path,
        `"${typeOf(id)}" is called "${found.name}" today`,
        `write ${[found.name, ...id.split('/').slice(1)].join('/')}`,
      ),
    ];
  });

const checkPipelineKeys = (settings: Settings): readonly Remark[] => {
  const pipelines = Object.entries(settingsAt(settings, 'service', 'pipelines'));
  if (pipelines.length === 0)
    return [
      error(
        'no-pipeline',
        ['service'],
        'service has no pipeline, so nothing would run',
        'add service.pipelines.metrics with receivers and exporters',
      ),
    ];
  return pipelines.flatMap(([key, pipeline]) => {
    const path = ['service', 'pipelines', key];
    if (!SIGNALS.some((signal) => signal === typeOf(key)) || !COMPONENT_ID.test(key))
      return [
        error(
          'pipeline-key-malformed',
          path,
          `"${key}" names no signal`,
          `begin with ${SIGNALS.join(', ')}; a name may follow: metrics/second`,
        ),
      ];
    if (!isSettings(pipeline))
      return [error('pipeline-not-a-map', path, `pipeline ${key} is empty`, 'name its receivers and exporters')];
    return [];
  });
};

const checkPipeline = (settings: Settings, pipeline: Pipeline): readonly Remark[] => [
  ...(['receivers', 'exporters'] as const)
    .filter((part) => pipeline.parts[part].length === 0)
    .map((part) =>
      error(
        'pipeline-incomplete',
        pipeline.path,
        `pipeline ${pipeline.key} has no ${part}`,
        `name at least one of ${part}`,
      ),
    ),
  ...PARTS.flatMap((part) =>
    pipeline.parts[part].flatMap((id, index) => checkReference(settings, pipeline, part, id, index)),
  ),
];

const checkReference = (
  settings: Settings,
  { key, signal, path, parts }: Pipeline,
  part: Part,
  id: string,
  index: number,
): readonly Remark[] => {
  const place = [...path, part, index];
  const kind = kindOf(settings, part, id);
  if (kind === undefined) {
    const near = Object.keys(settingsAt(settings, part));
    return [
      error(
        'reference-undefined',
        place,
        `pipeline ${key} uses ${singular(part)} "${id}", which is not defined`,
        near.length === 0 ? `define it under ${part}` : `define it under ${part}, or use ${near.join(', ')}`,
      ),
    ];
  }
  if (part === 'processors' && parts.processors.indexOf(id) < index)
    return [
      error(
        'processor-twice',
        place,
        `pipeline ${key} has "${id}" twice`,
        `give the second one a name of its own, ${typeOf(id)}/second`,
      ),
    ];
  const found = findComponent(kind, typeOf(id));
  if (found === undefined || signal === undefined || found.component.signals[signal] !== undefined) return [];
  return [
    error(
      'signal-not-supported',
      place,
      `"${id}" carries ${Object.keys(found.component.signals).join(', ')}, not ${signal}`,
      `use it in a pipeline of ${Object.keys(found.component.signals).join(' or ')}`,
    ),
  ];
};

const kindOf = (settings: Settings, part: Part, id: string): ComponentKind | undefined => {
  if (Object.hasOwn(settingsAt(settings, part), id)) return part;
  const isConnector = part !== 'processors' && Object.hasOwn(settingsAt(settings, 'connectors'), id);
  return isConnector ? 'connectors' : undefined;
};

const checkConnectors = (settings: Settings, pipelines: readonly Pipeline[]): readonly Remark[] =>
  Object.keys(settingsAt(settings, 'connectors')).flatMap((id) => {
    const path = ['connectors', id];
    const isUsedAs = (part: Part) => pipelines.some(({ parts }) => parts[part].includes(id));
    const [from, to] = [isUsedAs('exporters'), isUsedAs('receivers')];
    if (from === to) return [];
    return [
      error(
        'connector-one-ended',
        path,
        `nothing ${from ? 'comes out of' : 'goes into'} connector "${id}"`,
        `name it among the ${from ? 'receivers' : 'exporters'} of another pipeline`,
      ),
    ];
  });

const checkExtensions = (settings: Settings): readonly Remark[] => {
  const defined = settingsAt(settings, 'extensions');
  return extensionsOf(settings).flatMap((id, index) =>
    Object.hasOwn(defined, id)
      ? []
      : [
          error(
            'reference-undefined',
            ['service', 'extensions', index],
            `service uses extension "${id}", which is not defined`,
            'define it under extensions',
          ),
        ],
  );
};

const checkUse = (settings: Settings, pipelines: readonly Pipeline[]): readonly Remark[] => {
  const used = new Set([
    ...pipelines.flatMap(({ parts }) => PARTS.flatMap((part) => parts[part].map((id) => `${part}:${id}`))),
    ...extensionsOf(settings).map((id) => `extensions:${id}`),
  ]);
  const isUsed = (kind: ComponentKind, id: string): boolean =>
    kind === 'connectors' ? used.has(`receivers:${id}`) || used.has(`exporters:${id}`) : used.has(`${kind}:${id}`);
  return definitionsOf(settings)
    .filter(({ kind, id }) => !isUsed(kind, id))
    .map(({ kind, id }) =>
      warning(
        'component-unused',
        [kind, id],
        `${singular(kind)} "${id}" is defined and never used`,
        kind === 'extensions' ? 'name it under service.extensions' : 'name it in a pipeline, or leave it out',
      ),
    );
};

const checkCycles = (settings: Settings, pipelines: readonly Pipeline[]): readonly Remark[] => {
  const connectors = Object.keys(settingsAt(settings, 'connectors'));
  const following = ({ parts }: Pipeline): readonly Pipeline[] => {
    const through = parts.exporters.filter((id) => connectors.includes(id));
    return pipelines.filter((next) => next.parts.receivers.some((id) => through.includes(id)));
  };
  const reaches = (from: Pipeline): ReadonlySet<Pipeline> => {
    const reached = new Set<Pipeline>();
    const waiting = [...following(from)];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (reached.has(next)) continue;
      reached.add(next);
      waiting.push(...following(next));
    }
    return reached;
  };
  const circling = pipelines.filter((pipeline) => reaches(pipeline).has(pipeline));
  const [first] = circling;
  if (first === undefined) return [];
  return [
    error(
      'pipeline-cycle',
      first.path,
      `data would run in a circle through ${circling.map(({ key }) => key).join(' and ')}`,
      'let one of these pipelines end in an exporter',
    ),
  ];
};

const singular = (kind: ComponentKind): string => kind.slice(0, -1);
