import { makeStore } from '../session/store.ts';

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

// same key as public/theme.js, which applies it before the first paint
const KEY = 'phoenix-theme';

const stored = (): Theme => THEMES.find((each) => each === localStorage.getItem(KEY)) ?? 'auto';

const systemIsDark = matchMedia('(prefers-color-scheme: dark)');

const schemeOf = (chosen: Theme): 'light' | 'dark' =>
  chosen !== 'auto' ? chosen : systemIsDark.matches ? 'dark' : 'light';

/** What the person chose. */
export const theme = makeStore<Theme>(stored());

/** What is shown: charts are drawn anew when it changes, because a canvas does not follow styles. */
export const scheme = makeStore<'light' | 'dark'>(schemeOf(theme.get()));

systemIsDark.addEventListener('change', () => scheme.set(schemeOf(theme.get())));

export const nextTheme = (current: Theme): Theme => THEMES[(THEMES.indexOf(current) + 1) % THEMES.length] ?? 'auto';

/** The system decides in `auto`. */
export const applyTheme = (chosen: Theme): void => {
  if (chosen === 'auto') {
    localStorage.removeItem(KEY);
    delete document.documentElement.dataset['theme'];
  } else {
    localStorage.setItem(KEY, chosen);
    document.documentElement.dataset['theme'] = chosen;
  }
  theme.set(chosen);
  scheme.set(schemeOf(chosen));
};
