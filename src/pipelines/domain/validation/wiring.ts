import { listed, nearestWord } from '../../../kernel/words.ts';
import {
  type Component,
  type ComponentKind,
  findComponent,
  SIGNALS,
  type Signal,
  typeOf,
} from '../components/registry.ts';
import { isMissing } from '../components/shape.ts';
import { idsIn, isSettings, type Settings, settingsAt } from '../settings-tree.ts';
import { definitionsOf } from './components.ts';
import { type Path, type Remark, remark } from './finding.ts';

/** as the collector has it: component.NewType and the names behind a slash */
const COMPONENT_ID = /^[a-zA-Z][0-9a-zA-Z_]{0,62}(?:\/[^\p{Z}\p{C}\p{S}]{1,1024})?$/u;

export const isComponentId = (id: string): boolean => COMPONENT_ID.test(id);

export const PARTS = ['receivers', 'processors', 'exporters'] as const;
export type Part = (typeof PARTS)[number];

/** Ids, references and the graph: what exists, what is used, what carries which signal, and that nothing runs in a circle. */
export const checkWiring = (settings: Settings): readonly Remark[] => {
  const pipelines = pipelinesOf(settings);
  return [
    ...checkPipelineKeys(settings),
    ...checkIds(settings),
    ...pipelines.flatMap((pipeline) => checkPipeline(settings, pipeline)),
    ...checkConnectors(settings, pipelines),
    ...checkExtensions(settings),
    ...checkUse(settings, pipelines),
    ...checkCycles(settings, pipelines),
  ];
};

/** A pipeline as it is named under `service`. */
export interface Pipeline {
  readonly key: string;
  readonly signal: Signal | undefined;
  readonly path: Path;
  readonly parts: Readonly<Record<Part, readonly string[]>>;
}

export const pipelinesOf = (settings: Settings): readonly Pipeline[] =>
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

/** Extensions that the service starts. */
export const extensionsOf = (settings: Settings): readonly string[] =>
  idsIn(settingsAt(settings, 'service')['extensions']);

/** Names of components, and that a connector shares none. */
const checkIds = (settings: Settings): readonly Remark[] =>
  definitionsOf(settings).flatMap(({ kind, id }): readonly Remark[] => {
    const path = [kind, id];
    if (!isComponentId(id))
      return [
        remark(
          'component-id-malformed',
          path,
          `"${id}" is no id of a component`,
          'write type or type/name: letters, digits and _ in the type',
        ),
      ];
    const other = (['receivers', 'exporters'] as const).find((part) => Object.hasOwn(settingsAt(settings, part), id));
    return kind === 'connectors' && other !== undefined
      ? [
          remark(
            'component-id-taken',
            path,
            `"${id}" is a connector and one of the ${other} at once`,
            `give the connector a name of its own, ${id}/connector`,
          ),
        ]
      : [];
  });

const checkPipelineKeys = (settings: Settings): readonly Remark[] => {
  const pipelines = Object.entries(settingsAt(settings, 'service', 'pipelines'));
  if (pipelines.length === 0)
    return [
      remark(
        'no-pipeline',
        ['service'],
        'service has no pipeline, so nothing would run',
        'add service.pipelines.metrics with receivers and exporters',
      ),
    ];
  return pipelines.flatMap(([key, pipeline]) => {
    const path = ['service', 'pipelines', key];
    if (!SIGNALS.some((signal) => signal === typeOf(key)) || !isComponentId(key))
      return [
        remark(
          'pipeline-key-malformed',
          path,
          `"${key}" names no signal`,
          `begin with ${SIGNALS.join(', ')}; a name may follow: metrics/second`,
        ),
      ];
    if (pipeline === null)
      return [remark('pipeline-not-a-map', path, `pipeline ${key} is empty`, 'name its receivers and exporters')];
    return [];
  });
};

const checkPipeline = (settings: Settings, pipeline: Pipeline): readonly Remark[] => [
  ...(['receivers', 'exporters'] as const)
    // what is no list is told with the shape
    .filter(
      (part) =>
        pipeline.parts[part].length === 0 && isMissing(settingsAt(settings, ...pipeline.path.map(String))[part]),
    )
    .map((part) =>
      remark(
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
  // an id that is put in is known in the pod
  if (id.includes('${')) return [];
  const place = [...path, part, index];
  const kind = kindOf(settings, part, id);
  if (kind === undefined) {
    const defined = Object.keys(settingsAt(settings, part));
    const near = nearestWord(id, defined);
    return [
      remark(
        'reference-undefined',
        place,
        `pipeline ${key} uses ${singular(part)} "${id}", which is not defined`,
        near !== undefined
          ? `write ${near}, or define it under ${part}`
          : defined.length === 0
            ? `define it under ${part}`
            : `define it under ${part}, or use ${listed(defined)}`,
      ),
    ];
  }
  if (part === 'processors' && parts.processors.indexOf(id) < index)
    return [
      remark(
        'processor-twice',
        place,
        `pipeline ${key} has "${id}" twice`,
        `give the second one a name of its own, ${typeOf(id)}/second`,
      ),
    ];
  if (part === 'receivers' && parts.receivers.indexOf(id) < index)
    return [remark('receiver-twice', place, `pipeline ${key} has "${id}" twice`, 'name it once: it runs once')];
  const found = findComponent(kind, typeOf(id));
  const carried = found === undefined ? undefined : signalsOf(found.component, kind, part);
  if (carried === undefined || signal === undefined || carried.includes(signal)) return [];
  return [
    remark(
      'signal-not-supported',
      place,
      `"${id}" carries ${carried.join(', ')}, not ${signal}`,
      `use it in a pipeline of ${carried.join(' or ')}`,
    ),
  ];
};

const kindOf = (settings: Settings, part: Part, id: string): ComponentKind | undefined => {
  if (Object.hasOwn(settingsAt(settings, part), id)) return part;
  const isConnector = part !== 'processors' && Object.hasOwn(settingsAt(settings, 'connectors'), id);
  return isConnector ? 'connectors' : undefined;
};

/** What goes into a connector is not always what comes out. */
const signalsOf = ({ signals, pairs }: Component, kind: ComponentKind, part: Part): readonly Signal[] =>
  SIGNALS.filter((signal) =>
    kind === 'connectors' && part === 'receivers'
      ? Object.values(pairs).some((out) => out[signal] !== undefined)
      : signals[signal] !== undefined,
  );

const checkConnectors = (settings: Settings, pipelines: readonly Pipeline[]): readonly Remark[] =>
  Object.keys(settingsAt(settings, 'connectors')).flatMap((id) => {
    const path = ['connectors', id];
    const into = pipelines.filter(({ parts }) => parts.exporters.includes(id));
    const outOf = pipelines.filter(({ parts }) => parts.receivers.includes(id));
    if (into.length === 0 && outOf.length === 0) return [];
    if (into.length === 0 || outOf.length === 0)
      return [
        remark(
          'connector-one-ended',
          path,
          `nothing ${into.length > 0 ? 'comes out of' : 'goes into'} connector "${id}"`,
          `name it among the ${into.length > 0 ? 'receivers' : 'exporters'} of another pipeline`,
        ),
      ];
    const pairs = findComponent('connectors', typeOf(id))?.component.pairs;
    if (pairs === undefined) return [];
    const isPair = (one: Pipeline, other: Pipeline): boolean =>
      one.signal === undefined || other.signal === undefined || pairs[one.signal]?.[other.signal] !== undefined;
    const stray =
      into.find((one) => !outOf.some((other) => isPair(one, other))) ??
      outOf.find((other) => !into.some((one) => isPair(one, other)));
    return stray === undefined
      ? []
      : [
          remark(
            'connector-pair',
            path,
            `connector "${id}" has no other end for pipeline ${stray.key}`,
            `name it in another pipeline of ${stray.signal ?? 'the same signal'}`,
          ),
        ];
  });

const checkExtensions = (settings: Settings): readonly Remark[] => {
  const defined = settingsAt(settings, 'extensions');
  return extensionsOf(settings).flatMap((id, index) =>
    Object.hasOwn(defined, id)
      ? []
      : [
          remark(
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
      remark(
        'component-unused',
        [kind, id],
        `${singular(kind)} "${id}" is defined and never used`,
        kind === 'extensions' ? 'name it under service.extensions' : 'name it in a pipeline, or leave it out',
      ),
    );
};

const checkCycles = (settings: Settings, pipelines: readonly Pipeline[]): readonly Remark[] => {
  const circling = circlingPipelines(settings, pipelines);
  const [first] = circling;
  if (first === undefined) return [];
  return [
    remark(
      'pipeline-cycle',
      first.path,
      `data would run in a circle through ${listed(
        circling.map(({ key }) => key),
        ' and ',
      )}`,
      'let one of these pipelines end in an exporter',
    ),
  ];
};

type Edges = ReadonlyMap<string, readonly string[]>;

/** Pipelines that their own data reaches again, or that lie between such. */
const circlingPipelines = (settings: Settings, pipelines: readonly Pipeline[]): readonly Pipeline[] => {
  const connectors = settingsAt(settings, 'connectors');
  const steps = pipelines.flatMap(({ key, parts }) => [
    ...parts.exporters
      .filter((id) => Object.hasOwn(connectors, id))
      .map((id) => [`pipeline ${key}`, `connector ${id}`] as const),
    ...parts.receivers
      .filter((id) => Object.hasOwn(connectors, id))
      .map((id) => [`connector ${id}`, `pipeline ${key}`] as const),
  ]);
  const onwards = Map.groupBy(steps, ([from]) => from);
  const back = Map.groupBy(steps, ([, to]) => to);
  const after: Edges = new Map([...onwards].map(([from, found]) => [from, found.map(([, to]) => to)]));
  const before: Edges = new Map([...back].map(([to, found]) => [to, found.map(([from]) => from)]));
  const left = peel(peel(new Set([...after.keys(), ...before.keys()]), after, before), before, after);
  return pipelines.filter(({ key }) => left.has(`pipeline ${key}`));
};

/** What is left when all are taken away from which it goes nowhere, and then those that led only there. */
const peel = (nodes: ReadonlySet<string>, forth: Edges, back: Edges): ReadonlySet<string> => {
  const left = new Set(nodes);
  const ways = new Map(
    [...nodes].map((node) => [node, (forth.get(node) ?? []).filter((next) => nodes.has(next)).length]),
  );
  const ending = [...nodes].filter((node) => ways.get(node) === 0);
  for (let node = ending.pop(); node !== undefined; node = ending.pop()) {
    left.delete(node);
    for (const earlier of back.get(node) ?? []) {
      const rest = (ways.get(earlier) ?? 0) - 1;
      ways.set(earlier, rest);
      if (rest === 0 && left.has(earlier)) ending.push(earlier);
    }
  }
  return left;
};

/** `receivers` → `receiver`. */
export const singular = (kind: ComponentKind): string => kind.slice(0, -1);
