import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import YAML from 'yaml';
import * as z from 'zod';

const Settings = z.object({ apiEndpoint: z.string().optional(), tenant: z.string().optional() });
type Settings = z.infer<typeof Settings>;

/** Tokens of one API endpoint. */
const Credentials = z.object({
  apiEndpoint: z.string(),
  email: z.string(),
  accessToken: z.string(),
  refreshToken: z.string().nullable(),
});
export type Credentials = z.infer<typeof Credentials>;

const folder = (): string => process.env['PHOENIX_HOME'] ?? join(homedir(), '.phoenix');
const settingsFile = (): string => join(folder(), 'config.yaml');
const credentialsFile = (): string => join(folder(), 'credentials.json');

export const readSettings = (): Settings =>
  existsSync(settingsFile()) ? Settings.parse(YAML.parse(readFileSync(settingsFile(), 'utf8')) ?? {}) : {};

export const readCredentials = (): Credentials | null => {
  if (!existsSync(credentialsFile())) return null;
  const read = Credentials.safeParse(JSON.parse(readFileSync(credentialsFile(), 'utf8')));
  return read.success ? read.data : null;
};

export const writeCredentials = (credentials: Credentials): void => {
  mkdirSync(folder(), { recursive: true, mode: 0o700 });
  writeFileSync(credentialsFile(), JSON.stringify(credentials), { mode: 0o600 });
};

export const forgetCredentials = (): void => rmSync(credentialsFile(), { force: true });
