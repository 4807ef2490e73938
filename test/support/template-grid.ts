import { sha256 } from '../../src/kernel/system-sha256.ts';
import { renderPipeline } from '../../src/pipelines/domain/render.ts';
import type {
  FrameSettings,
  ParameterValue,
  RenderedPipeline,
  Template,
  TemplateName,
  TemplateParameter,
} from '../../src/pipelines/domain/template.ts';

type Values = Readonly<Record<string, ParameterValue>>;

/** Names that mean something in patterns, and that a template must take for nothing but names. */
const STRANGE = ['a_b-c', 'g++', 'node.js'];

/** The edges of a parameter. */
const edgesOf = (parameter: TemplateParameter): readonly ParameterValue[] => {
  const { type, minimum, maximum, validValues } = parameter;
  switch (type) {
    case 'integer':
    case 'number':
      return [minimum, maximum].filter((bound) => bound !== null);
    case 'boolean':
      return [true, false];
    case 'string':
      return validValues ?? [];
    case 'string_list':
      return validValues === null ? [[], [...STRANGE]] : [[], [...validValues]];
  }
};

/** A template with its defaults, then one parameter after the other at each of its edges, then all at one end and the other. */
const valuesOf = ({ parameters }: Template): readonly Values[] => {
  const ends = (pick: (edges: readonly ParameterValue[]) => ParameterValue | undefined): Values =>
    Object.fromEntries(
      parameters.flatMap((parameter) => {
        const edge = pick(edgesOf(parameter));
        return edge === undefined ? [] : [[parameter.name, edge]];
      }),
    );
  return [
    {},
    ...parameters.flatMap((parameter) => edgesOf(parameter).map((edge) => ({ [parameter.name]: edge }))),
    ...(parameters.length > 1 ? [ends((edges) => edges[0]), ends((edges) => edges.at(-1))] : []),
  ];
};

const FRAMES: readonly FrameSettings[] = [
  { remoteWriteAuth: 'none', collectionIntervalSeconds: 10, criticalProcesses: STRANGE },
  { remoteWriteAuth: 'none', collectionIntervalSeconds: 60, criticalProcesses: [] },
];

export interface GridPoint {
  readonly title: string;
  readonly outcome: ReturnType<typeof renderPipeline>;
}

/** What a template gives over all its edges, and as it is in a frame without critical processes. */
export const gridOf = (template: Template, change: Partial<FrameSettings> = {}): readonly GridPoint[] =>
  FRAMES.flatMap((frame, index) =>
    (index === 0 ? valuesOf(template) : [{}]).map((parameters) => ({
      title: `${template.name} ${JSON.stringify(parameters)} every ${frame.collectionIntervalSeconds} s`,
      outcome: renderPipeline(
        { template: template.name, parameters: { ...parameters } },
        { ...frame, ...change },
        sha256,
      ),
    })),
  );

/** One that is rendered, or an error with the sentence of its refusal. */
export const renderedOf = (
  template: string,
  parameters: Values = {},
  frame: Partial<FrameSettings> = {},
): RenderedPipeline => {
  const outcome = renderPipeline(
    { template: template as TemplateName, parameters: { ...parameters } },
    { remoteWriteAuth: 'none', collectionIntervalSeconds: 10, criticalProcesses: [], ...frame },
    sha256,
  );
  if (!outcome.accepted) throw new Error(outcome.refusal.message);
  return outcome.value;
};
