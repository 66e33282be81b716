"use client";

import { Keyboard, Menu as MenuIcon, Search } from "lucide-react";
import { usePathname } from "next/navigation";
import { TimeRange } from "@/components/data/time-range";
import { IconButton } from "@/components/ui/icon-button";
import { Kbd } from "@/components/ui/kbd";
import { AppearanceMenu } from "./appearance-menu";
import { ConnectionMark } from "./connection-mark";
import { topicAt } from "./topics";

interface TopBarProps {
  onMenu(): void;
  onPalette(): void;
  onKeys(): void;
}

export function TopBar({ onMenu, onPalette, onKeys }: Readonly<TopBarProps>) {
  const topic = topicAt(usePathname());
  return (
    <header className="flex h-11 shrink-0 items-center gap-1 border-b border-line px-3">
      <span className="lg:hidden">
        <IconButton label="Open the menu" icon={<MenuIcon />} onClick={onMenu} />
      </span>
      <button
        type="button"
        onClick={onPalette}
        className="mr-auto flex h-7 items-center gap-2 rounded-md px-2 text-muted hover:bg-hover hover:text-ink sm:w-72 sm:border sm:border-line sm:bg-raised"
      >
        <Search aria-hidden className="size-3.5" />
        <span>Go to or do</span>
        <span className="ml-auto hidden sm:block">
          <Kbd>⌘ K</Kbd>
        </span>
      </button>
      {topic?.ranged ? <TimeRange /> : null}
      <ConnectionMark />
      <span className="hidden sm:block">
        <IconButton label="Keyboard" icon={<Keyboard />} onClick={onKeys} />
      </span>
      <AppearanceMenu />
    </header>
  );
}
