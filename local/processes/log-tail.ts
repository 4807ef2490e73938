import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** The last lines of a file, without reading more of it than `maxBytes`. Empty when there is no such file. */
export const logTail = (file: string, maxLines = 10, maxBytes = 8192): string => {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return '';
  }
  try {
    const size = fstatSync(descriptor).size;
    const buffer = Buffer.alloc(Math.min(size, maxBytes));
    readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8').trimEnd().split('\n').slice(-maxLines).join('\n');
  } finally {
    closeSync(descriptor);
  }
};
