"use client";

import { Menu as Base } from "@base-ui/react/menu";
import { classes } from "@/components/ui/classes";
import type { Floating } from "@/components/ui/floating-trigger";
import { Kbd } from "@/components/ui/kbd";
import { Link } from "@/components/ui/link";
import type { MenuItem } from "@/components/ui/menu";

const popup =
  "min-w-48 max-w-80 origin-(--transform-origin) rounded-lg bg-raised p-1 shadow-floating outline-none transition duration-100 data-ending-style:opacity-0 data-starting-style:scale-[0.98] data-starting-style:opacity-0";
const row =
  "flex min-h-7 cursor-default select-none items-center gap-2 rounded-md px-2 py-1 text-sm outline-none data-disabled:text-faint data-highlighted:bg-hover [&_svg]:size-3.5 [&_svg]:shrink-0";

export function MenuPopup({
  label,
  items,
  open,
  onOpenChange,
  anchor,
}: { label: string; items: readonly MenuItem[] } & Floating) {
  return (
    <Base.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <Base.Portal>
        <Base.Positioner className="z-50 outline-none" anchor={anchor} sideOffset={4} align="end">
          <Base.Popup aria-label={label} className={popup} finalFocus={anchor}>
            {items.map((item) => (
              <Item key={item.id} item={item} />
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

function Item({ item }: { item: MenuItem }) {
  const className = classes(row, item.danger && !item.disabled && "text-tone-deny");
  if (item.href !== undefined && !item.disabled) {
    return (
      <Base.LinkItem className={className} closeOnClick render={<Link href={item.href} />}>
        <Face item={item} />
      </Base.LinkItem>
    );
  }
  return (
    <Base.Item className={className} disabled={item.disabled ?? false} onClick={() => item.onSelect?.()}>
      <Face item={item} />
    </Base.Item>
  );
}

function Face({ item }: { item: MenuItem }) {
  return (
    <>
      {item.icon}
      <span className="min-w-0 flex-1">
        {item.label}
        {item.disabled && item.reason ? <span className="block text-xs">{item.reason}</span> : null}
      </span>
      {item.shortcut === undefined ? null : <Kbd>{item.shortcut}</Kbd>}
    </>
  );
}
