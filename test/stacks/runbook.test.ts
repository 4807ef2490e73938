import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FINDING_CODES } from '../../src/control/domain/finding.ts';
import { ofType, resourcesOf, stageNamed } from './templates.ts';

const sections = [
  ...readFileSync(join(import.meta.dirname, '../../docs/runbook.md'), 'utf8').matchAll(/^## (\S+)$/gm),
].map(([, section]) => section);
const alarms = ofType(resourcesOf(stageNamed('prod')), 'AWS::CloudWatch::Alarm').map(({ properties }) =>
  String(properties['AlarmDescription']),
);
const named = alarms.map((text) => /; docs\/runbook\.md#([a-z-]+)$/.exec(text)?.[1] ?? `none: ${text}`);

test('every finding of the doctor and every alarm has a section in the runbook, and every section has one of them', () => {
  expect([...new Set([...FINDING_CODES, ...named])].toSorted()).toEqual(sections.toSorted());
});

test('what the janitor finds overdue and what the bus never took wakes somebody', () => {
  expect(named).toEqual(expect.arrayContaining(['state-overdue', 'cleanup-overdue', 'events-parked', 'dead-letters']));
});
