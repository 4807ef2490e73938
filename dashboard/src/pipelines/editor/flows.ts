import { pointerOf } from '../../../../src/kernel/pointer.ts';
import { idsIn, isSettings, type Settings, settingsAt } from '../../../../src/pipelines/domain/settings-tree.ts';

export type Part = 'receivers' | 'processors' | 'exporters' | 'connectors';

/** A component at its place in a pipeline. */
export interface Node {
  readonly key: string;
  readonly id: string;
  /** where it is defined */
  readonly part: Part;
  /** where the pipeline names it */
  readonly pointer: string;
  readonly x: number;
  readonly y: number;
}

export interface Edge {
  readonly from: Node;
  readonly to: Node;
}

/** One pipeline, from top to bottom. */
export interface Lane {
  readonly name: string;
  readonly x: number;
  readonly width: number;
}

export interface Graph {
  readonly lanes: readonly Lane[];
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
  readonly width: number;
  readonly height: number;
}

export const NODE = { width: 172, height: 34 } as const;
const GAP = { x: 12, y: 26 } as const;
const LANE_GAP = 32;
/** room for the name of the pipeline */
const TOP = 30;

/**
 * Where each component of each pipeline stands: pipelines side by side, each from its receivers at the top through its
 * processors to its exporters. Connectors are edges between pipelines as well.
 */
export const layOut = (settings: Settings): Graph => {
  const connectors = settingsAt(settings, 'connectors');
  const partOf = (part: Part, id: string): Part => (Object.hasOwn(connectors, id) ? 'connectors' : part);
  const lanes: Lane[] = [];
  const nodes: Node[] = [];
  const edges: Edge[] = [];
  const ends: { readonly first: readonly Node[]; readonly last: readonly Node[] }[] = [];
  let x = 0;
  for (const [name, pipeline] of Object.entries(settingsAt(settings, 'service', 'pipelines'))) {
    const given = isSettings(pipeline) ? pipeline : {};
    const named = (part: Part) =>
      idsIn(given[part]).map((id, at) => ({ id, pointer: pointerOf(['service', 'pipelines', name, part, at]) }));
    const rows = [
      named('receivers').map((each) => ({ ...each, part: partOf('receivers', each.id) })),
      ...named('processors').map((each) => [{ ...each, part: 'processors' as const }]),
      named('exporters').map((each) => ({ ...each, part: partOf('exporters', each.id) })),
    ].filter((row) => row.length > 0);
    const widest = Math.max(1, ...rows.map((row) => row.length));
    const width = widest * NODE.width + (widest - 1) * GAP.x;
    const placed = rows.map((row, index) =>
      row.map(
        ({ id, part, pointer }, column): Node => ({
          key: `${name} ${index} ${column} ${id}`,
          id,
          part,
          pointer,
          x: x + centred(row.length, width) + column * (NODE.width + GAP.x),
          y: TOP + index * (NODE.height + GAP.y),
        }),
      ),
    );
    lanes.push({ name, x, width });
    nodes.push(...placed.flat());
    edges.push(
      ...placed
        .slice(1)
        .flatMap((row, index) => row.flatMap((to) => (placed[index] ?? []).map((from) => ({ from, to })))),
    );
    ends.push({ first: placed[0] ?? [], last: placed.at(-1) ?? [] });
    x += width + LANE_GAP;
  }
  const between = ends.flatMap(({ last }, lane) =>
    last
      .filter(({ part }) => part === 'connectors')
      .flatMap((from) =>
        ends.flatMap(({ first }, other) =>
          other === lane
            ? []
            : first.filter((to) => to.part === 'connectors' && to.id === from.id).map((to) => ({ from, to })),
        ),
      ),
  );
  return {
    lanes,
    nodes,
    edges: [...edges, ...between],
    width: Math.max(NODE.width, x - LANE_GAP),
    height: Math.max(TOP, ...nodes.map(({ y }) => y + NODE.height)),
  };
};

const centred = (count: number, width: number): number => (width - count * NODE.width - (count - 1) * GAP.x) / 2;

/** An edge as a path: straight down within a pipeline, around from one to the next. */
export const pathOf = ({ from, to }: Edge): string => {
  const [x1, y1] = [from.x + NODE.width / 2, from.y + NODE.height];
  const [x2, y2] = [to.x + NODE.width / 2, to.y];
  if (y2 > y1) return `M${x1} ${y1} C${x1} ${y1 + GAP.y / 2} ${x2} ${y2 - GAP.y / 2} ${x2} ${y2}`;
  const beside = (from.x < to.x ? from.x + NODE.width + to.x : to.x + NODE.width + from.x) / 2;
  const middle = Math.abs(from.x - to.x) < NODE.width ? from.x + NODE.width + LANE_GAP / 2 : beside;
  const [below, above] = [y1 + GAP.y / 2, y2 - GAP.y / 2];
  return `M${x1} ${y1} Q${x1} ${below} ${(x1 + middle) / 2} ${below} Q${middle} ${below} ${middle} ${(below + above) / 2} Q${middle} ${above} ${(x2 + middle) / 2} ${above} Q${x2} ${above} ${x2} ${y2}`;
};
