import { COMPONENT_KINDS, type ComponentKind, findComponent, typeOf } from '../components/registry.ts';
import { SERVICE } from '../components/service.ts';
import { anything, mapOf, type Shape, section } from '../components/shape.ts';
import { isSettings, type Settings, settingsAt } from '../settings-tree.ts';
import type { Path, Remark } from './finding.ts';
import { type Lead, leadsIn } from './meanings.ts';
import { checkShape } from './shapes.ts';

/** Settings as a whole; what stands below components is judged with each of them. */
const ROOT = section({
  ...Object.fromEntries(COMPONENT_KINDS.map((kind) => [kind, mapOf(anything)])),
  service: SERVICE,
});

/** Settings of the service and of each component, as far as our build of the collector has it. */
export const checkShapes = (settings: Settings, isSet: (variable: string) => boolean): readonly Remark[] => [
  ...checkShape(ROOT, settings, [], isSet),
  ...definitionsOf(settings).flatMap(({ shape, path, node }) =>
    shape === undefined ? [] : checkShape(shape, node ?? {}, path, isSet),
  ),
];

/** Every text that leads somewhere, of components and of the collector’s own telemetry. */
export const leadsOf = (settings: Settings): readonly (Lead & { readonly kind: ComponentKind | 'service' })[] => [
  ...definitionsOf(settings).flatMap(({ kind, shape, path, node }) =>
    shape === undefined ? [] : leadsIn(shape, node, path).map((lead) => ({ ...lead, kind })),
  ),
  ...leadsIn(SERVICE, settings['service'], ['service']).map((lead) => ({ ...lead, kind: 'service' as const })),
];

export interface Definition {
  readonly kind: ComponentKind;
  readonly id: string;
  /** its type by the name of today; the name that stands there where nobody knows it */
  readonly type: string;
  readonly shape: Shape | undefined;
  readonly path: Path;
  readonly node: Settings[string];
}

/** Everything that is defined, used or not. */
export const definitionsOf = (settings: Settings): readonly Definition[] =>
  COMPONENT_KINDS.flatMap((kind) =>
    Object.entries(settingsAt(settings, kind)).map(([id, node]) => {
      const found = findComponent(kind, typeOf(id));
      return {
        kind,
        id,
        type: found?.name ?? typeOf(id),
        shape: found?.component.settings,
        path: [kind, id],
        node,
      };
    }),
  );

/** The settings of a component, as a map; empty where it has none. */
export const settingsOf = ({ node }: Definition): Settings => (isSettings(node) ? node : {});
