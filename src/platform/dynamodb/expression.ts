import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';

/** DynamoDB's own text, with `#name` for attributes and `:name` for values: nothing is hidden, names are collected. */
export interface Expression {
  readonly text: string;
  readonly values: Readonly<Record<string, unknown>>;
}

export const expression = (text: string, values: Readonly<Record<string, unknown>> = {}): Expression => ({
  text,
  values,
});

export const IS_NEW: Expression = expression('attribute_not_exists(#pk)');
export const EXISTS: Expression = expression('attribute_exists(#pk)');
export const hasVersion = (version: number): Expression => expression('#version = :version', { version });

/** All of them at once; null where there are none. */
export const allOf = (conditions: readonly Expression[]): Expression | null =>
  conditions.length === 0
    ? null
    : expression(
        conditions.map(({ text }) => text).join(' AND '),
        Object.assign({}, ...conditions.map(({ values }) => values)),
      );

interface Placeholders {
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Record<string, AttributeValue>;
}

/** Names and values of all expressions of one request. */
export const placeholdersOf = (...expressions: readonly (Expression | undefined)[]): Placeholders => {
  const given = expressions.filter((each) => each !== undefined);
  const names = given.flatMap(({ text }) =>
    [...text.matchAll(/#(\w+)/g)].map(([placeholder, name]) => [placeholder, name]),
  );
  const values = given.flatMap((each) => Object.entries(each.values).map(([name, value]) => [`:${name}`, value]));
  return {
    ...(names.length === 0 ? {} : { ExpressionAttributeNames: Object.fromEntries(names) }),
    ...(values.length === 0 ? {} : { ExpressionAttributeValues: toAttributes(Object.fromEntries(values)) }),
  };
};

export const toAttributes = (item: Readonly<Record<string, unknown>>): Record<string, AttributeValue> =>
  marshall(item, { removeUndefinedValues: true });
