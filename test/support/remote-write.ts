/** A series as it is pushed: labels with `__name__`, and samples in order. */
export interface PushedSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** [milliseconds of the epoch, value] */
  readonly samples: readonly (readonly [number, number])[];
}

/** Pushes series as collectors do (remote write 1.0), some at a time. */
export const pushSeries = async (url: string, series: readonly PushedSeries[]): Promise<void> => {
  for (let from = 0; from < series.length; from += SERIES_AT_ONCE) {
    const body = asSnappy(
      Buffer.concat(series.slice(from, from + SERIES_AT_ONCE).map((each) => field(1, timeSeries(each)))),
    );
    const answer = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-protobuf',
        'content-encoding': 'snappy',
        'x-prometheus-remote-write-version': '0.1.0',
      },
      body: new Uint8Array(body),
    });
    if (!answer.ok) throw new Error(`remote write: ${answer.status} ${await answer.text()}`);
  }
};

const SERIES_AT_ONCE = 500;

const varint = (value: number): Buffer => {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
};

const field = (number: number, content: Buffer): Buffer =>
  Buffer.concat([Buffer.from([number * 8 + 2]), varint(content.length), content]);

const timeSeries = ({ labels, samples }: PushedSeries): Buffer =>
  Buffer.concat([
    ...Object.entries(labels)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, value]) => field(1, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(value))]))),
    ...samples.map(([at, value]) => {
      const double = Buffer.alloc(9);
      double[0] = 9;
      double.writeDoubleLE(value, 1);
      return field(2, Buffer.concat([double, Buffer.from([16]), varint(at)]));
    }),
  ]);

/** The format of snappy without its compression: one literal after the other. */
const asSnappy = (content: Buffer): Buffer => {
  const parts = [varint(content.length)];
  for (let from = 0; from < content.length; from += 65_536) {
    const piece = content.subarray(from, from + 65_536);
    parts.push(Buffer.from([61 * 4, (piece.length - 1) & 255, (piece.length - 1) >> 8]), piece);
  }
  return Buffer.concat(parts);
};
