import { Recording } from '../../../../src/pipelines/domain/recording.ts';

export type ReadRecording =
  | {
      readonly isReadable: true;
      readonly name: string;
      /** tells it from every other that was read, without a look at what it holds */
      readonly nth: number;
      readonly recording: Recording;
    }
  | { readonly isReadable: false; readonly name: string; readonly because: string };

let takenSoFar = 0;

/** A host to look ahead on, wherever it comes from. */
export const taken = (name: string, recording: Recording): ReadRecording => {
  takenSoFar += 1;
  return { isReadable: true, name, nth: takenSoFar, recording };
};

/** A file that `phoenix pipeline record` wrote, or why it is none. */
export const readRecording = (name: string, text: string): ReadRecording => {
  const unreadable = (because: string): ReadRecording => ({ isReadable: false, name, because });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (failure) {
    if (!(failure instanceof SyntaxError)) throw failure;
    return unreadable('it is no JSON');
  }
  const parsed = Recording.safeParse(value);
  if (parsed.success) return taken(name, parsed.data);
  const [first] = parsed.error.issues;
  return unreadable(`it is no recording: ${first?.path.join('/') || 'the whole'}: ${first?.message}`);
};
