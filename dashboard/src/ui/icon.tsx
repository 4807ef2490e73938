import type { Tone } from '../format/words.ts';

const PATHS = {
  check: 'M3.5 8.5l3 3 6-7',
  cross: 'M4 4l8 8M12 4l-8 8',
  question: 'M5.5 6a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.8-1.1 1.6M8 12.4v.1',
  dash: 'M4 8h8',
  half: 'M8 2.5a5.5 5.5 0 1 0 0 11z',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.8 10.8L14 14',
  down: 'M4 6l4 4 4-4',
  external: 'M6 3H3v10h10v-3M9 3h4v4M13 3L7 9',
  download: 'M8 2v8M4.5 7L8 10.5 11.5 7M3 13.5h10',
  play: 'M5 3.2v9.6L12.5 8z',
  pause: 'M4.5 3.5h2.5v9H4.5zM9 3.5h2.5v9H9z',
  stop: 'M4 4h8v8H4z',
  promote: 'M8 13V3.5M4 7l4-4 4 4',
  back: 'M6 3L2.5 6.5 6 10M3 6.5h6a4 4 0 0 1 0 8H7',
  retry: 'M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3',
  trash: 'M3 4.5h10M6 4.5v-2h4v2M4.5 4.5l.6 9h5.8l.6-9',
  plus: 'M8 3v10M3 8h10',
  experiment: 'M2.5 11.5l3-4 3 2.5 5-7M2.5 14h11',
  template: 'M3 2.5h10v4H3zM3 9.5h4v4H3zM9.5 9.5h3.5v4H9.5z',
  cost: 'M8 1.5v13M11 4.5c-.5-1-1.6-1.5-3-1.5-1.8 0-3 .9-3 2.3 0 3.2 6.2 1.8 6.2 5 0 1.5-1.3 2.4-3.2 2.4-1.6 0-2.8-.6-3.3-1.8',
  cluster: 'M8 1.8l5.4 3.1v6.2L8 14.2l-5.4-3.1V4.9zM8 8l5.4-3.1M8 8v6.2M8 8L2.6 4.9',
  audit: 'M4 2.5h8v11H4zM6 5.5h4M6 8h4M6 10.5h2.5',
  sun: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1.1 1.1M11.9 11.9L13 13M13 3l-1.1 1.1M4.1 11.9L3 13',
  moon: 'M13 9.5A5.5 5.5 0 0 1 6.5 3a5.5 5.5 0 1 0 6.5 6.5z',
  auto: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M8 2.5v11',
  key: 'M2.5 4.5h11v7h-11zM5 7h.1M8 7h.1M11 7h.1M5.5 9.5h5',
  lock: 'M4 7.5h8v6H4zM5.5 7.5v-2a2.5 2.5 0 0 1 5 0v2',
} as const;

export type IconName = keyof typeof PATHS;

const FILLED: readonly IconName[] = ['half', 'play', 'pause', 'stop'];

/** Always beside a word or inside something labelled, so it is hidden from readers of screens. */
export const Icon = ({ name, className = '' }: { readonly name: IconName; readonly className?: string }) => (
  <svg className={`icon ${className}`} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
    <path d={PATHS[name]} className={FILLED.includes(name) ? 'icon-filled' : ''} />
  </svg>
);

const ICON_BY_TONE: Readonly<Record<Tone, IconName>> = {
  good: 'check',
  bad: 'cross',
  unclear: 'question',
  neutral: 'dash',
  busy: 'half',
};

export const ToneIcon = ({ tone }: { readonly tone: Tone }) => (
  <Icon name={ICON_BY_TONE[tone]} className={`tone-${tone}`} />
);
