import { chromium, type Page } from 'playwright-core';
import { ensureChromium } from '../../local/toolchain/chromium.ts';
import { toolCache, toolContext } from './tools.ts';

/** No profile, no background traffic, no sandbox (tests may run as root), nothing kept afterwards. */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Look {
  readonly width: number;
  readonly height: number;
  readonly scheme: 'light' | 'dark';
}

export const WIDE: Look = { width: 1680, height: 1050, scheme: 'light' };
export const PHONE: Look = { width: 390, height: 844, scheme: 'light' };

export interface Visit {
  readonly page: Page;
  /** what the page complained about: errors of the console, exceptions, refused resources */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

export interface TestBrowser {
  /** a fresh person: no cookies, no storage */
  visit(look?: Partial<Look>): Promise<Visit>;
  stop(): Promise<void>;
}

/** A real browser without a window, with a profile of its own that is empty and goes with it. */
export const startBrowser = async (): Promise<TestBrowser> => {
  const { executablePath, env } = await ensureChromium(toolCache(), toolContext());
  const browser = await chromium.launch({ executablePath, args: FLAGS, env: { ...definedOf(process.env), ...env } });
  return {
    visit: async (look = {}) => {
      const { width, height, scheme } = { ...WIDE, ...look };
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme: scheme,
        locale: 'en-GB',
        timezoneId: 'UTC',
        reducedMotion: 'reduce',
      });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      return { page, complaints, close: () => context.close() };
    },
    stop: () => browser.close(),
  };
};

const definedOf = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
