import { day } from "./format";

/** Items in the order given, in groups of one day each as the zone counts days. */
export function byDay<I extends { at: string }>(items: readonly I[], zone: string): { day: string; items: I[] }[] {
  const groups: { day: string; items: I[] }[] = [];
  for (const item of items) {
    const name = day(item.at, zone);
    const last = groups.at(-1);
    if (last?.day === name) last.items.push(item);
    else groups.push({ day: name, items: [item] });
  }
  return groups;
}
