import type { Mount } from './root-script.ts';

/**
 * Where a machine permits no mount namespaces, a container sees the node as it is: paths in its arguments and variables
 * are rewritten to where its mounts really are.
 */
export const rewritePaths = (text: string, mounts: readonly Mount[]): string =>
  [...mounts.map(({ source, target }) => ({ source, target })), ...commonParents(mounts)]
    .sort((one, other) => other.target.length - one.target.length)
    .reduce<readonly Piece[]>(
      (pieces, mount) => pieces.flatMap((piece) => replaceIn(piece, mount)),
      [{ text, done: false }],
    )
    .map((piece) => piece.text)
    .join('');

interface Piece {
  readonly text: string;
  /** Rewritten already: what was put in must not be taken for a path of the container. */
  readonly done: boolean;
}

type Rewrite = Pick<Mount, 'source' | 'target'>;

const replaceIn = (piece: Piece, { source, target }: Rewrite): readonly Piece[] => {
  if (piece.done) return [piece];
  const between = piece.text.split(new RegExp(`(?<![\\w./-])${escaped(target)}(?![\\w.-])`));
  return between.flatMap((part, index) =>
    index === 0
      ? [{ text: part, done: false }]
      : [
          { text: source, done: true },
          { text: part, done: false },
        ],
  );
};

// /hostfs/proc → /proc means that /hostfs alone stands for the node's own root
const commonParents = (mounts: readonly Mount[]): readonly Rewrite[] =>
  mounts.flatMap(({ source, target }) =>
    target.endsWith(source) && target !== source ? [{ source: '/', target: target.slice(0, -source.length) }] : [],
  );

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
