// How the console looks to this browser. Cookies, because the server must know before the first byte is drawn.

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];
export const densities = ["compact", "comfortable"] as const;
export type Density = (typeof densities)[number];

const YEAR_SECONDS = 31_536_000;

export function themeOf(value: string | undefined): Theme {
  return themes.find((one) => one === value) ?? "system";
}

export function densityOf(value: string | undefined): Density {
  return densities.find((one) => one === value) ?? "compact";
}

export function chooseTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  remember("theme", theme);
}

export function chooseDensity(density: Density): void {
  document.documentElement.dataset.density = density;
  remember("density", density);
}

function remember(name: string, value: string): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in all browsers yet
  document.cookie = `${name}=${value}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
}
