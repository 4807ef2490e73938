import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { buildDashboard } from '../../dashboard/build.ts';
import { makeProgressBoard, type ProgressBoard } from '../../local/web/progress.ts';
import { startWeb, type Web } from '../../local/web/server.ts';
import { makeClient } from '../../src/client/client.ts';
import { type Look, startBrowser, type TestBrowser, type Visit } from './browser.ts';
import { type FixtureApi, PASSWORD, startFixtureApi } from './fixture-api.ts';

/** Where the dashboard keeps what outlives a reload. */
const REFRESH_KEY = 'phoenix-refresh-token';

export interface Stage {
  readonly url: string;
  readonly api: FixtureApi;
  readonly progress: ProgressBoard;
  /** a person in front of a page of their own; complaints of the page fail the test unless they are expected */
  open(path: string, look?: Partial<Look>): Promise<Visit>;
  /** the same, signed in as `<role>@phoenix.example` */
  as(role: string, path: string, look?: Partial<Look>): Promise<Visit>;
  /** this test provokes refusals: the browser logs each of them as an error */
  expectComplaints(): void;
}

/** The built dashboard before fixtures, in a real browser, for all tests of a file. */
export const onStage = (options: { readonly isEmpty?: boolean; readonly hasApi?: boolean } = {}): (() => Stage) => {
  let browser: TestBrowser;
  let web: Web;
  let api: FixtureApi;
  let mayComplain = false;
  let visits: Visit[] = [];
  const progress = makeProgressBoard();

  beforeAll(async () => {
    const { folder } = await buildDashboard();
    api = await startFixtureApi(options);
    const apiBaseUrl = options.hasApi === false ? () => null : api.url;
    web = await startWeb({ port: 0, apiBaseUrl, distFolder: folder, progress });
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser?.stop();
    await web?.stop();
    await api?.stop();
  });
  afterEach(async () => {
    const complaints = visits.flatMap((visit) => visit.complaints);
    for (const visit of visits) await visit.close();
    visits = [];
    if (!mayComplain) expect(complaints).toEqual([]);
    mayComplain = false;
  });

  const open = async (path: string, look?: Partial<Look>, refreshToken?: string): Promise<Visit> => {
    const visit = await browser.visit(look);
    visits.push(visit);
    // only what time it is: timers run on, so polling works
    await visit.page.clock.setFixedTime(new Date(api.now));
    if (refreshToken !== undefined) {
      await visit.page.addInitScript(
        ([key, token]) => {
          if (opener === null && sessionStorage.length === 0) sessionStorage.setItem(key ?? '', token ?? '');
        },
        [REFRESH_KEY, refreshToken],
      );
    }
    await visit.page.goto(`${web.url}${path}`);
    return visit;
  };
  return () => ({
    url: web.url,
    api,
    progress,
    open,
    as: async (role, path, look) => {
      // the session of an earlier sign-in, as after a reload; what the form does has tests of its own
      const { body } = await makeClient({ baseUrl: api.url }).login({
        body: { email: `${role}@phoenix.example`, password: PASSWORD },
      });
      return open(path, look, body.refreshToken ?? '');
    },
    expectComplaints: () => {
      mayComplain = true;
    },
  });
};
