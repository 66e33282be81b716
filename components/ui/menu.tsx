"use client";

import { Ellipsis } from "lucide-react";
import { lazy, type ReactNode } from "react";
import { FloatingTrigger } from "@/components/ui/floating-trigger";
import { IconButton } from "@/components/ui/icon-button";

export interface MenuItem {
  id: string;
  label: string;
  icon?: ReactNode;
  shortcut?: string | undefined;
  disabled?: boolean | undefined;
  /** Why it is disabled; shown below the label. */
  reason?: string | null | undefined;
  danger?: boolean | undefined;
  onSelect?: (() => void) | undefined;
  href?: string | undefined;
}

interface MenuProps {
  label: string;
  trigger?: ReactNode;
  items: readonly MenuItem[];
}

const loadPopup = () => import("@/components/ui/menu-popup");
const MenuPopup = lazy(async () => ({ default: (await loadPopup()).MenuPopup }));

export function Menu({ label, trigger, items }: MenuProps) {
  return (
    <FloatingTrigger
      trigger={trigger ?? <IconButton label={label} icon={<Ellipsis />} />}
      kind="menu"
      load={loadPopup}
      popup={(floating) => <MenuPopup label={label} items={items} {...floating} />}
    />
  );
}
