import type { FieldOption } from "@/components/ui/field";

const days = [7, 30, 90, 180, 365] as const;
const dayMs = 86_400_000;

/** How long a new key lives; values are instants, empty is for ever. */
export function expiryOptions(now: number): FieldOption[] {
  const ends = days.map((many) => ({ value: new Date(now + many * dayMs).toISOString(), label: `in ${many} days` }));
  return [...ends, { value: "", label: "never" }];
}
