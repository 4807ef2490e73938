import { crc32 } from 'node:zlib';

/** A zip archive with one uncompressed file: enough for a function of a test. */
export const zipOf = (name: string, content: string): Buffer => {
  const body = Buffer.from(content);
  const fileName = Buffer.from(name);
  const common = (start: number, length: number, offset: number): Buffer => {
    const header = Buffer.alloc(length);
    header.writeUInt32LE(crc32(body), offset);
    header.writeUInt32LE(body.length, offset + 4);
    header.writeUInt32LE(body.length, offset + 8);
    header.writeUInt16LE(fileName.length, offset + 12);
    header.writeUInt32LE(start, 0);
    return header;
  };
  const local = common(0x04034b50, 30, 14);
  local.writeUInt16LE(20, 4);
  const central = common(0x02014b50, 46, 16);
  central.writeUInt16LE(20, 4);
  central.writeUInt16LE(20, 6);
  // readable by everybody: the functions run under another user
  central.writeUInt32LE(0o100644 * 0x10000, 38);
  const directory = Buffer.concat([central, fileName]);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(local.length + fileName.length + body.length, 16);
  return Buffer.concat([local, fileName, body, directory, end]);
};
