import type { Page } from 'playwright-core';

export interface PoorContrast {
  readonly text: string;
  readonly ratio: number;
  readonly needed: number;
}

/**
 * Texts on the page whose contrast is below WCAG 2.2 AA: 4.5, or 3 for large ones. Colours are read as the browser
 * computed them, grounds are those of the nearest painted ancestor, half-transparent ones are blended.
 */
export const poorContrasts = (page: Page): Promise<readonly PoorContrast[]> =>
  page.evaluate(() => {
    const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const rgba = (css: string): [number, number, number, number] => {
      if (probe === null) throw new Error('no canvas');
      probe.clearRect(0, 0, 1, 1);
      probe.fillStyle = css;
      probe.fillRect(0, 0, 1, 1);
      const [r = 0, g = 0, b = 0, a = 0] = probe.getImageData(0, 0, 1, 1).data;
      return [r, g, b, a / 255];
    };
    const over = (top: readonly number[], below: readonly number[]): number[] =>
      [0, 1, 2].map((channel) => (top[channel] ?? 0) * (top[3] ?? 1) + (below[channel] ?? 0) * (1 - (top[3] ?? 1)));
    const groundOf = (element: Element): number[] => {
      const layers: number[][] = [];
      for (let each: Element | null = element; each !== null; each = each.parentElement) {
        const colour = rgba(getComputedStyle(each).backgroundColor);
        if (colour[3] > 0) layers.push(colour);
        if (colour[3] === 1) break;
      }
      return layers.reduceRight<number[]>((below, top) => over(top, below), [255, 255, 255]);
    };
    const luminance = (colour: readonly number[]): number => {
      const [r = 0, g = 0, b = 0] = colour.map((channel) => {
        const share = channel / 255;
        return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const found: { text: string; ratio: number; needed: number }[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const text = node.textContent?.trim() ?? '';
      const element = node.parentElement;
      if (
        text === '' ||
        element === null ||
        !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
      )
        continue;
      if (element.closest('.only-read, script, option') !== null) continue;
      const style = getComputedStyle(element);
      const ground = groundOf(element);
      const front = over(rgba(style.color), ground);
      const [bright, dark] = [luminance(front), luminance(ground)].sort((a, b) => b - a);
      const ratio = ((bright ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
      const size = Number.parseFloat(style.fontSize);
      const needed = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
      if (ratio < needed) found.push({ text: text.slice(0, 40), ratio: Math.round(ratio * 100) / 100, needed });
    }
    return found;
  });
