import { accept, type FieldError, type Outcome, type Refusal, refuse } from '../../kernel/outcome.ts';
import { pointerOf } from '../../kernel/pointer.ts';
import { LIMITER, STAMP } from './frame.ts';
import { mergeSettings, type Settings, settingsAt } from './settings-tree.ts';
import type { SettingsOverrides } from './template.ts';
import type { Finding } from './validation/finding.ts';
import { validateSettings } from './validation/validate-settings.ts';

export type OverrideRefusal = Refusal<'pipeline-override-invalid'>;

/** Longer ones are a pipeline of one's own. */
const MOST_CHARACTERS = 16_384;

/**
 * Settings with an author's changes over them, as the collector merges a second file: maps merge, lists are replaced.
 * Refuses what would change the frame, and whatever the validator finds in them that was not there before.
 */
export const applyOverrides = (
  settings: Settings,
  overrides: SettingsOverrides | undefined,
  toYaml: (settings: Settings) => string,
): Outcome<Settings, OverrideRefusal> => {
  if (overrides === undefined) return accept(settings);
  const tooLong = JSON.stringify(overrides).length > MOST_CHARACTERS;
  if (tooLong)
    return refuseWith([fault('', `they have more than ${MOST_CHARACTERS} characters; make it a pipeline of your own`)]);
  const own = frameFaults(settings, overrides);
  if (own.length > 0) return refuseWith(own);
  const merged = mergeSettings(settings, overrides as Settings);
  const errors = validateSettings(toYaml(merged)).filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return accept(merged);
  const before = new Set(validateSettings(toYaml(settings)).map(nameOf));
  const found = errors.filter((error) => !before.has(nameOf(error)));
  return found.length === 0
    ? accept(merged)
    : refuseWith(found.map(({ pointer, message, fix }) => fault(pointer, `${message}; ${fix}`)));
};

const nameOf = ({ rule, pointer }: Finding): string => `${rule} ${pointer}`;

/** What measures and stamps is equal in both variants: it stays where it is, and as it is. */
const frameFaults = (settings: Settings, { processors = {}, service }: SettingsOverrides): readonly FieldError[] => {
  const pipelines = settingsAt(settings, 'service', 'pipelines');
  return [
    ...[LIMITER, STAMP]
      .filter((id) => Object.hasOwn(processors, id))
      .map((id) => fault(pointerOf(['processors', id]), `${id} belongs to the frame, which is equal everywhere`)),
    ...Object.entries(service?.pipelines ?? {}).flatMap(([key, { processors: wanted }]) => {
      const pointer = pointerOf(['service', 'pipelines', key]);
      if (!Object.hasOwn(pipelines, key))
        return [fault(pointer, `there is no pipeline ${key}; there are ${Object.keys(pipelines).join(', ')}`)];
      const before = settingsAt(pipelines, key)['processors'];
      const had = (id: string): boolean => Array.isArray(before) && before.includes(id);
      return [
        ...(had(LIMITER) && wanted[0] !== LIMITER
          ? [fault(`${pointer}/processors`, `${LIMITER} has to be the first of them`)]
          : []),
        ...(had(STAMP) && wanted.at(-1) !== STAMP
          ? [fault(`${pointer}/processors`, `${STAMP} has to be the last of them`)]
          : []),
      ];
    }),
  ];
};

const fault = (pointer: string, message: string): FieldError => ({
  pointer: `/overrides${pointer}`,
  code: 'override-invalid',
  message,
});

const refuseWith = (faults: readonly FieldError[]) => {
  const [first] = faults;
  const rest = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  return refuse('pipeline-override-invalid', `overrides: ${first?.message}${rest}`, {}, faults);
};
