import { spawn } from 'node:child_process';

/** The program that opens a page, where somebody sits in front of a screen; null elsewhere. */
export const openerOf = (
  platform: NodeJS.Platform,
  environment: Readonly<Record<string, string | undefined>>,
): string | null => {
  if (environment['CI'] !== undefined || environment['SSH_CONNECTION'] !== undefined) return null;
  if (platform === 'darwin') return 'open';
  const hasScreen = environment['DISPLAY'] !== undefined || environment['WAYLAND_DISPLAY'] !== undefined;
  return platform === 'linux' && hasScreen ? 'xdg-open' : null;
};

/** Opens a page if this machine has a screen; says whether it tried. A missing opener is no failure. */
export const openInBrowser = (url: string): boolean => {
  const opener = openerOf(process.platform, process.env);
  if (opener === null) return false;
  const child = spawn(opener, [url], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
  return true;
};
