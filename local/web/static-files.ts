import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.png': 'image/png',
};

/** The dashboard needs its own files and its own API and nothing else. The cloud's CDN sends the same policy. */
export const PAGE_HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
} as const;

/** Tells the page that this server has `/local/progress`; pages from elsewhere do not ask for it. */
const PROGRESS_MARK = '<meta name="local-progress" content="/local/progress">';

export type StaticFiles = (request: IncomingMessage, response: ServerResponse, path: string) => void;

/** Files of a folder; every address that names no file is a page of the application. */
export const makeStaticFiles = (folder: string): StaticFiles => {
  const read = (path: string): Buffer | null => {
    const decoded = decodedOrNull(path);
    const file = normalize(join(folder, decoded ?? ''));
    if (decoded === null || !file.startsWith(normalize(folder) + sep)) return null;
    return statSync(file, { throwIfNoEntry: false })?.isFile() === true ? readFileSync(file) : null;
  };
  const page = (): Buffer | null => {
    const html = read('index.html');
    return html === null ? null : Buffer.from(html.toString('utf8').replace('<head>', `<head>${PROGRESS_MARK}`));
  };

  return (request, response, path) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return end(response, 405, 'only GET and HEAD');
    const isPage = extname(path) === '' || path === '/index.html';
    const content = isPage ? page() : read(path);
    if (content === null) {
      return end(response, 404, isPage ? 'the dashboard is not built: node dashboard/build.ts' : 'no such file');
    }
    const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
    const headers = {
      ...PAGE_HEADERS,
      'content-type': TYPES[isPage ? '.html' : extname(path)] ?? 'application/octet-stream',
      // names of built files contain a hash of what is in them
      'cache-control': path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      etag,
    };
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304, headers);
      return response.end();
    }
    response.writeHead(200, { ...headers, 'content-length': content.length });
    return response.end(request.method === 'HEAD' ? undefined : content);
  };
};

const decodedOrNull = (path: string): string | null => {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
};

const end = (response: ServerResponse, status: number, text: string): void => {
  response.writeHead(status, { ...PAGE_HEADERS, 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${text}\n`);
};
