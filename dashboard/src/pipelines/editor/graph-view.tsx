import { pointerOf } from '../../../../src/kernel/pointer.ts';
import { counted } from '../../../../src/kernel/words.ts';
import type { Finding } from '../../../../src/pipelines/domain/validation/finding.ts';
import { ToneIcon } from '../../ui/icon.tsx';
import { ScrollRegion } from '../../ui/scroll-region.tsx';
import { type Graph, NODE, type Node, pathOf } from './flows.ts';

const KIND: Readonly<Record<Node['part'], string>> = {
  receivers: 'receiver',
  processors: 'processor',
  exporters: 'exporter',
  connectors: 'connector',
};

/** What runs after what; choosing a component leads to where it is defined. */
export const GraphView = ({
  graph,
  findings,
  onGo,
}: {
  readonly graph: Graph | null;
  readonly findings: readonly Finding[];
  readonly onGo: (part: Node['part'], id: string) => void;
}) => {
  if (graph === null || graph.lanes.length === 0) {
    return (
      <p className="quiet">
        {graph === null
          ? 'The picture comes as soon as the text can be read.'
          : 'There is no pipeline yet: service.pipelines names receivers, processors and exporters.'}
      </p>
    );
  }
  return (
    <ScrollRegion className="graph" label="Graph of the pipelines">
      <div style={{ width: graph.width, height: graph.height }}>
        <svg width={graph.width} height={graph.height} aria-hidden="true">
          {graph.edges.map((edge) => (
            <path key={`${edge.from.key} ${edge.to.key}`} d={pathOf(edge)} />
          ))}
        </svg>
        {graph.lanes.map(({ name, x, width }) => (
          <h4 key={name} style={{ left: x, width }}>
            {name}
          </h4>
        ))}
        {graph.nodes.map((node) => {
          const found = findings.filter(({ pointer }) => isOf(pointer, node));
          const isBroken = found.some(({ severity }) => severity === 'error');
          const words = found.length === 0 ? '' : `, ${counted(found.length, 'finding')}`;
          return (
            <button
              key={node.key}
              type="button"
              className={`graph-node graph-${node.part}`}
              style={{ left: node.x, top: node.y, width: NODE.width, height: NODE.height }}
              title={`${KIND[node.part]} ${node.id}${words}`}
              onClick={() => onGo(node.part, node.id)}
            >
              <span className="only-read">{KIND[node.part]} </span>
              <span className="graph-name">{node.id}</span>
              {found.length === 0 ? null : <ToneIcon tone={isBroken ? 'bad' : 'unclear'} />}
              <span className="only-read">{words}</span>
            </button>
          );
        })}
      </div>
    </ScrollRegion>
  );
};

/** Of what it is, or of its place in this pipeline. */
const isOf = (pointer: string, node: Node): boolean => {
  const own = pointerOf([node.part, node.id]);
  return pointer === own || pointer.startsWith(`${own}/`) || pointer === node.pointer;
};
