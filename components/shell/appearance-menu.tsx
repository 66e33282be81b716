"use client";

import { Rows3, Rows4, SunMoon } from "lucide-react";
import { IconButton } from "@/components/ui/icon-button";
import { Menu } from "@/components/ui/menu";
import { chooseDensity, chooseTheme, type Density, densities, type Theme, themes } from "./preferences";

const themeWords: Readonly<Record<Theme, string>> = {
  system: "Theme of the system",
  light: "Light theme",
  dark: "Dark theme",
};
const densityWords: Readonly<Record<Density, string>> = { compact: "Compact rows", comfortable: "Comfortable rows" };

export function AppearanceMenu() {
  return (
    <Menu
      label="Appearance"
      trigger={<IconButton label="Appearance" icon={<SunMoon />} />}
      items={[
        ...themes.map((theme) => ({ id: theme, label: themeWords[theme], onSelect: () => chooseTheme(theme) })),
        ...densities.map((density) => ({
          id: density,
          label: densityWords[density],
          icon: density === "compact" ? <Rows4 /> : <Rows3 />,
          onSelect: () => chooseDensity(density),
        })),
      ]}
    />
  );
}
