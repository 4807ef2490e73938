import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeProgressBoard } from '../../local/web/progress.ts';
import { startWeb, type Web } from '../../local/web/server.ts';

const folder = mkdtempSync(join(tmpdir(), 'phoenix-web-'));
const progress = makeProgressBoard();
let apiUrl: string | null = null;
let api: Server;
let web: Web;

beforeAll(async () => {
  mkdirSync(join(folder, 'assets'));
  writeFileSync(join(folder, 'index.html'), '<!doctype html><html><head><title>Phoenix</title></head></html>');
  writeFileSync(join(folder, 'assets', 'main-abc.js'), 'console.log(1)');
  api = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'x-request-id': 'r-1' });
    response.end(
      JSON.stringify({ path: request.url, authorization: request.headers.authorization, host: request.headers.host }),
    );
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  web = await startWeb({ port: 0, apiBaseUrl: () => apiUrl, distFolder: folder, progress });
});

afterAll(async () => {
  await web.stop();
  api.close();
  rmSync(folder, { recursive: true });
});

const apiAddress = (): string => `http://127.0.0.1:${(api.address() as AddressInfo).port}`;

describe('pages', () => {
  test('every address without a file is the application, with a policy that allows our own files only', async () => {
    const response = await fetch(`${web.url}/experiments/exp-0123456789ab`);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('<meta name="local-progress" content="/local/progress">');
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('cache-control')).toBe('no-cache');
  });

  test('a known page is not sent again', async () => {
    const etag = (await fetch(web.url)).headers.get('etag') ?? '';
    expect((await fetch(web.url, { headers: { 'if-none-match': etag } })).status).toBe(304);
  });

  test('files with a hash in their name are kept for ever', async () => {
    const response = await fetch(`${web.url}/assets/main-abc.js`);
    expect(response.headers.get('cache-control')).toContain('immutable');
    expect(response.headers.get('content-type')).toContain('javascript');
  });

  test('a missing file is a 404, a file outside the folder is not there', async () => {
    expect((await fetch(`${web.url}/assets/gone.js`)).status).toBe(404);
    expect((await fetch(`${web.url}/assets/..%2f..%2f..%2fetc%2fpasswd.txt`)).status).toBe(404);
  });

  test('an address that cannot be decoded is a 404 and does not end the server', async () => {
    expect((await fetch(`${web.url}/assets/%E0%A4%A.js`)).status).toBe(404);
    expect((await fetch(web.url)).status).toBe(200);
  });
});

describe('the API behind it', () => {
  test('is a problem with advice as long as there is none', async () => {
    apiUrl = null;
    const response = await fetch(`${web.url}/api/v1/experiments`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ code: 'API_UNAVAILABLE', retry: 'later' });
  });

  test('gets the request as it is, below the path of its address', async () => {
    apiUrl = `${apiAddress()}/stage/api/v1`;
    const response = await fetch(`${web.url}/api/v1/experiments?state=running`, {
      headers: { authorization: 'Bearer t' },
    });
    expect(await response.json()).toEqual({
      path: '/stage/api/v1/experiments?state=running',
      authorization: 'Bearer t',
      host: new URL(apiAddress()).host,
    });
    expect(response.headers.get('x-request-id')).toBe('r-1');
  });

  test('for programs gets what comes with a service key', async () => {
    const address = apiAddress();
    const both = await startWeb({
      port: 0,
      apiBaseUrl: `${address}/people`,
      keyApiBaseUrl: () => `${address}/programs`,
      distFolder: folder,
      progress,
    });
    const pathOf = async (headers: Record<string, string>) =>
      (await (await fetch(`${both.url}/api/v1/experiments`, { headers })).json()) as { readonly path: string };
    expect(await pathOf({ 'x-api-key': 'phx_' })).toMatchObject({ path: '/programs/api/v1/experiments' });
    expect(await pathOf({})).toMatchObject({ path: '/people/api/v1/experiments' });
    await both.stop();
  });

  test('that does not listen is a problem, not a hanging page', async () => {
    apiUrl = 'http://127.0.0.1:1';
    expect((await fetch(`${web.url}/api/v1/experiments`)).status).toBe(503);
  });
});

test('tells how far the local environment is, in the order in which parts came', async () => {
  progress.set('collector', {
    label: 'collector',
    state: 'working',
    detail: 'compiling',
    elapsedSeconds: 12,
    expectedSeconds: 150,
  });
  progress.set('cluster', { label: 'cluster', state: 'waiting', detail: 'for the collector' });
  progress.set('collector', { label: 'collector', state: 'ready', detail: '0.159.0', elapsedSeconds: 148 });
  expect(await (await fetch(`${web.url}/local/progress`)).json()).toEqual({
    parts: [
      {
        key: 'collector',
        label: 'collector',
        state: 'ready',
        detail: '0.159.0',
        elapsedSeconds: 148,
        expectedSeconds: null,
      },
      {
        key: 'cluster',
        label: 'cluster',
        state: 'waiting',
        detail: 'for the collector',
        elapsedSeconds: null,
        expectedSeconds: null,
      },
    ],
  });
});

test('answers nobody who calls it by a foreign name', async () => {
  const status = await new Promise((resolve) => {
    get(`${web.url}/local/progress`, { headers: { host: 'evil.example' } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
  });
  expect(status).toBe(421);
});

test('takes another port when the wished one is taken', async () => {
  const second = await startWeb({
    port: Number(new URL(web.url).port),
    apiBaseUrl: () => null,
    distFolder: folder,
    progress,
  });
  expect(second.url).not.toBe(web.url);
  expect((await fetch(second.url)).status).toBe(200);
  await second.stop();
});
