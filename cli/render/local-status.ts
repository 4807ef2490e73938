import * as z from 'zod';
import { LocalProgress } from '../../local/web/progress.ts';
import { describeDuration } from '../../src/kernel/duration.ts';
import type { FoundEnvironment, LocalEnvironmentRecord } from '../session/local-environment.ts';
import { renderFields, renderTable } from './table.ts';

/** What `phoenix status` answers. */
export const LocalStatus = z.object({
  /** of the launcher: a signal to it ends everything */
  pid: z.int(),
  startedAt: z.string().nullable(),
  ageSeconds: z.int().nullable(),
  webUrl: z.string().nullable(),
  apiUrl: z.string().nullable(),
  clusterId: z.string().nullable(),
  experimentId: z.string().nullable(),
  stateFolder: z.string(),
  /** as on the screen of the launcher; null when its web server does not answer */
  parts: z.array(LocalProgress.shape.parts.element.pick({ label: true, state: true, detail: true })).nullable(),
  processes: z.array(z.object({ name: z.string(), pid: z.int() })),
});
export type LocalStatus = z.infer<typeof LocalStatus>;

export const statusOf = (
  { life: { leader, processes }, record }: Extract<FoundEnvironment, { state: 'running' }>,
  parts: LocalStatus['parts'],
  { stateFolder, nowMs }: { readonly stateFolder: string; readonly nowMs: number },
): LocalStatus => ({
  pid: leader.pid,
  startedAt: record?.startedAt ?? null,
  ageSeconds: record === null ? null : Math.max(0, Math.round((nowMs - Date.parse(record.startedAt)) / 1000)),
  webUrl: record?.webUrl ?? null,
  apiUrl: record?.apiUrl ?? null,
  clusterId: record?.clusterId ?? null,
  experimentId: record?.experimentId ?? null,
  stateFolder,
  parts,
  processes: processes.map(({ name, pid }) => ({ name, pid })),
});

export const renderStatus = (status: LocalStatus, users: LocalEnvironmentRecord['users']): string =>
  [
    renderFields([
      ['running', status.ageSeconds === null ? 'just started' : `for ${describeDuration(status.ageSeconds)}`],
      ['dashboard', status.webUrl ?? 'not there yet'],
      ['API', status.apiUrl ?? 'not deployed yet'],
      ['users', users.map(({ role }) => role).join(', ') || 'none yet'],
      ['experiment', status.experimentId ?? 'none'],
      ['launcher', `process ${status.pid}`],
      ['logs', `${status.stateFolder}/logs`],
    ]),
    ...(status.parts === null
      ? []
      : [
          '',
          renderTable(
            ['part', 'state', 'where'],
            status.parts.map(({ label, state, detail }) => [label, state, detail]),
          ),
        ]),
    '',
    renderTable(
      ['process', 'id'],
      status.processes.map(({ name, pid }) => [name, String(pid)]),
    ),
  ].join('\n');
