/** `1 node`, `12 nodes`. */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** `a, b, c`; of very many the first twenty. */
export const listed = (words: readonly string[], between = ', '): string =>
  words.length <= MOST_LISTED
    ? words.join(between)
    : `${words.slice(0, MOST_LISTED).join(between)} and ${words.length - MOST_LISTED} more`;

const MOST_LISTED = 20;

/** A text as part of a sentence: not more of it than a person reads. */
export const shortened = (text: string, most = 300): string =>
  text.length <= most ? text : `${text.slice(0, most - 1)}…`;

/** The word that was probably meant: the one with the fewest letters to change, if those are few. */
export const nearestWord = (word: string, words: Iterable<string>): string | undefined => {
  let nearest: { readonly word: string; readonly distance: number } | undefined;
  let compared = 0;
  for (const candidate of words) {
    compared += 1;
    if (compared > MOST_COMPARED || word.length > MOST_LETTERS) break;
    if (Math.abs(candidate.length - word.length) > MOST_CHANGES) continue;
    const distance = changesBetween(word, candidate);
    if (
      distance <= Math.min(MOST_CHANGES, word.length / 2) &&
      distance < (nearest?.distance ?? Number.POSITIVE_INFINITY)
    )
      nearest = { word: candidate, distance };
  }
  return nearest?.word;
};

const MOST_CHANGES = 3;
/** nobody chooses from more, and each one costs */
const MOST_COMPARED = 500;
const MOST_LETTERS = 100;

/** Letters to insert, to delete or to replace (Levenshtein); capitals count as the small letter. */
const changesBetween = (one: string, other: string): number => {
  const [from, to] = [one.toLowerCase(), other.toLowerCase()];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let line = 1; line <= from.length; line += 1) {
    const above = row;
    row = [line];
    for (let column = 1; column <= to.length; column += 1)
      row.push(
        Math.min(
          (above[column] ?? 0) + 1,
          (row[column - 1] ?? 0) + 1,
          (above[column - 1] ?? 0) + (from[line - 1] === to[column - 1] ? 0 : 1),
        ),
      );
  }
  return row[to.length] ?? 0;
};
