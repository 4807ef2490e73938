import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { Agent, fetch } from 'undici';
import type { Clock } from '../../kernel/ports.ts';
import { publicLookup } from '../../platform/http/address-guard.ts';

/** How a query reaches a Prometheus. Throws when nothing comes back; an answer of any status is an answer. */
export interface PrometheusTransport {
  /** as people know the store: its address, without secrets */
  readonly name: string;
  post(path: string, form: string): Promise<TransportAnswer>;
}

export interface TransportAnswer {
  readonly status: number;
  /** null when it was larger than may be read */
  readonly body: string | null;
}

export const QUERY_SECONDS = 8;
export const ANSWER_BYTES = 2 * 1024 * 1024;

/** Any Prometheus by its address. Unless the stage vouches for it, names are resolved to public addresses only. */
export const urlTransport = (base: URL, { isListed }: { readonly isListed: boolean }): PrometheusTransport => {
  const dispatcher = new Agent({ connect: { timeout: 3000, ...(isListed ? {} : { lookup: publicLookup }) } });
  return {
    // the path is part of what may be wrong; what else an address can carry may be secret
    name: `${base.origin}${base.pathname}`.replace(/\/+$/, ''),
    post: (path, form) => send(below(base, path), form, FORM, dispatcher),
  };
};

/** Credentials of this function's role; every AWS client has such a provider in its settings. */
export type Credentials = () => Promise<{
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}>;

/** Amazon Managed Prometheus: each request is signed (SigV4, service `aps`). */
export const managedTransport = (
  workspace: { readonly workspaceId: string; readonly region: string },
  {
    credentials,
    clock,
    endpoint = `https://aps-workspaces.${workspace.region}.amazonaws.com`,
  }: {
    readonly credentials: Credentials;
    readonly clock: Clock;
    /** another door to the same service, for example one inside a private network */
    readonly endpoint?: string;
  },
): PrometheusTransport => {
  const base = new URL(`${endpoint}/workspaces/${workspace.workspaceId}`);
  const signer = new SignatureV4({ service: 'aps', region: workspace.region, credentials, sha256: Sha256 });
  const dispatcher = new Agent({ connect: { timeout: 3000 } });
  return {
    name: `workspace ${workspace.workspaceId} in ${workspace.region}`,
    post: async (path, form) => {
      const url = below(base, path);
      const signed = await signer.sign(
        {
          method: 'POST',
          protocol: url.protocol,
          hostname: url.hostname,
          path: url.pathname,
          headers: { ...FORM, host: url.host },
          body: form,
        },
        { signingDate: new Date(clock.now()) },
      );
      const { host: _, ...headers } = signed.headers;
      return send(url, form, headers, dispatcher);
    },
  };
};

const FORM = { 'content-type': 'application/x-www-form-urlencoded' } as const;

const below = (base: URL, path: string): URL => new URL(`${base.href.replace(/\/+$/, '')}${path}`);

const send = async (
  url: URL,
  body: string,
  headers: Readonly<Record<string, string>>,
  dispatcher: Agent,
): Promise<TransportAnswer> => {
  const answer = await fetch(url, {
    method: 'POST',
    headers,
    body,
    dispatcher,
    // a redirect could lead where the guard would not
    redirect: 'manual',
    signal: AbortSignal.timeout(QUERY_SECONDS * 1000),
  });
  return { status: answer.status, body: await readLimited(answer.body) };
};

const readLimited = async (body: AsyncIterable<Uint8Array> | null): Promise<string | null> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > ANSWER_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};
