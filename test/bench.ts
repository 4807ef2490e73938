// npm run bench -- NAME [arguments]: a file of bench/ by its name.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

const folder = join(import.meta.dirname, '../bench');
const names = readdirSync(folder).flatMap((file) => (file.endsWith('.ts') ? [file.slice(0, -'.ts'.length)] : []));
const [name] = process.argv.splice(2, 1);
if (name === undefined || !names.includes(name)) {
  process.stderr.write(`npm run bench -- NAME, with NAME one of: ${names.join(', ')}\n`);
  process.exit(2);
}
await import(join(folder, `${name}.ts`));
