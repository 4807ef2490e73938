import type { Outcome, Refusal } from '../../kernel/outcome.ts';
import type { Implementation, RouteDefinition, RouteRequest } from '../declare/route.ts';

/** A route together with what answers it. Types are erased here; `implement` has checked them. */
export interface ServedRoute {
  readonly route: RouteDefinition;
  readonly answer: (request: AnyRequest) => Promise<Outcome<AnyAnswer, Refusal>>;
  readonly textForms: TextForms;
}

/** Other forms of the answer by media type, chosen by `Accept`: they write the answer's wire body as text. */
export type TextForms = Readonly<Record<string, (wireBody: unknown) => string>>;

export type AnyRequest = { readonly [K in keyof RouteRequest<RouteDefinition>]: unknown };
export interface AnyAnswer {
  readonly body: unknown;
  readonly version?: number;
  readonly location?: string;
}

/** One implementation for each route of the list, typed by it. */
export type Implementations<Rs extends readonly RouteDefinition[]> = {
  readonly [N in Rs[number]['name']]: Implementation<Extract<Rs[number], { readonly name: N }>>;
};

/** Joins routes with their implementations; a missing, superfluous or wrongly typed one does not compile. */
export const implement = <const Rs extends readonly RouteDefinition[]>(
  routes: Rs,
  implementations: Implementations<Rs>,
  textForms: { readonly [N in Rs[number]['name']]?: TextForms } = {},
): readonly ServedRoute[] =>
  routes.map((route) => ({
    route,
    answer: (implementations as Erased)[route.name] as ServedRoute['answer'],
    textForms: textForms[route.name as Rs[number]['name']] ?? {},
  }));

type Erased = Readonly<Record<string, unknown>>;
