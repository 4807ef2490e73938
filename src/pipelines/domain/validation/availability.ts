import * as z from 'zod';
import { nearestWord } from '../../../kernel/words.ts';
import {
  COLLECTOR_VERSION,
  COMPONENT_KINDS,
  COMPONENTS,
  canonicalId,
  findComponent,
  type Stability,
  typeOf,
} from '../components/registry.ts';
import { type Settings, settingsAt } from '../settings-tree.ts';
import { type Remark, remark } from './finding.ts';
import { isComponentId, singular } from './wiring.ts';

/** Which collector runs: our own build, or the one of the project with everything in it. */
export const CollectorImage = z.enum(['ours', 'contrib']);
export type CollectorImage = z.infer<typeof CollectorImage>;

/** `unknown`: where nobody says which one will run; before a deploy it is asked itself. */
export type RunningImage = CollectorImage | 'unknown';

/** Whether the pinned collector has each component, under which name, and how settled it is. */
export const checkAvailability = (
  settings: Settings,
  image: RunningImage,
  promotionWaivers: readonly string[] | undefined,
): readonly Remark[] =>
  COMPONENT_KINDS.flatMap((kind) =>
    Object.keys(settingsAt(settings, kind)).flatMap((id): readonly Remark[] => {
      const path = [kind, id];
      const type = typeOf(id);
      const found = findComponent(kind, type);
      // told with the ids
      if (!isComponentId(id) || (kind !== 'connectors' && Object.hasOwn(settingsAt(settings, 'connectors'), id)))
        return [];
      if (found === undefined) {
        // the project's own has hundreds that nobody here knows
        if (image === 'contrib') return [];
        const elsewhere = COMPONENT_KINDS.find((other) => findComponent(other, type) !== undefined);
        const near = nearestWord(type, Object.keys(COMPONENTS[kind]));
        return [
          remark(
            'component-not-available',
            path,
            `the collector has no ${singular(kind)} "${type}"`,
            elsewhere !== undefined
              ? `it stands under ${elsewhere}`
              : near !== undefined
                ? `write ${near}`
                : 'take one that `otelcol components` names',
          ),
        ];
      }
      const { name, component } = found;
      return [
        ...(component.settings === undefined && image !== 'contrib'
          ? [
              remark(
                image === 'ours' ? 'component-not-in-build' : 'component-perhaps-not-in-build',
                path,
                `${singular(kind)} "${type}" exists at ${COLLECTOR_VERSION}, but not in our build of the collector`,
                image === 'ours'
                  ? 'leave it out, or run an image that has it'
                  : 'run an image that has it; the image is asked on the cluster before an experiment is deployed',
              ),
            ]
          : []),
        ...(name === type
          ? []
          : [
              remark(
                'component-renamed',
                path,
                `"${type}" is called "${name}" today`,
                `write ${canonicalId(kind, id)}`,
              ),
            ]),
        ...(promotionWaivers === undefined || promotionWaivers.includes(name) || isSettled(component)
          ? []
          : [
              remark(
                'component-unsettled',
                path,
                `${name} is less settled than beta, and nobody has reviewed it for promotion`,
                'take another component, or have it reviewed',
              ),
            ]),
      ];
    }),
  );

const SETTLED: readonly Stability[] = ['beta', 'stable'];

const isSettled = ({
  signals,
  stability,
}: {
  readonly signals: Readonly<Record<string, Stability | undefined>>;
  readonly stability?: Stability;
}): boolean => [...Object.values(signals), stability].some((each) => each !== undefined && SETTLED.includes(each));
