import { canonicalJson } from '../../../kernel/canonical-json.ts';
import { canonicalId } from '../components/registry.ts';
import { frameOf } from '../frame.ts';
import { type Settings, type SettingsNode, settingsAt } from '../settings-tree.ts';
import { type Remark, remark } from './finding.ts';

const FRAMES = [frameOf({ remoteWriteAuth: 'none' }), frameOf({ remoteWriteAuth: 'sigv4' })];
const KINDS = ['extensions', 'processors', 'exporters'] as const;

/**
 * Names of the frame are the frame’s: what measures, stamps and tells of the collector itself is equal in both variants,
 * so settings may leave it out or repeat it, and nothing else.
 */
export const checkFrame = (settings: Settings): readonly Remark[] => [
  ...KINDS.flatMap((kind) =>
    Object.entries(settingsAt(settings, kind)).flatMap(([id, node]) => {
      const today = canonicalId(kind, id);
      const own = FRAMES.map((frame) => settingsAt(frame, kind)[today]).filter((each) => each !== undefined);
      return own.length === 0 || own.some((each) => isEqual(each, node))
        ? []
        : [
            remark(
              'frame-changed',
              [kind, id],
              `"${today}" belongs to what we put around every pipeline, and is not the same here`,
              `leave it out, or give yours a name: ${today.split('/')[0]}/mine`,
            ),
          ];
    }),
  ),
  ...telemetry(settings),
];

const telemetry = (settings: Settings): readonly Remark[] => {
  const given = settingsAt(settings, 'service')['telemetry'];
  const own = FRAMES.map((frame) => settingsAt(frame, 'service')['telemetry']);
  return given === undefined || given === null || own.some((each) => isEqual(each, given))
    ? []
    : [
        remark(
          'frame-changed',
          ['service', 'telemetry'],
          'the telemetry of the collector itself is what an experiment is measured with',
          'leave it out',
        ),
      ];
};

const isEqual = (one: SettingsNode | undefined, other: SettingsNode | undefined): boolean =>
  canonicalJson(one) === canonicalJson(other);
