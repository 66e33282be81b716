"use client";
// What stands behind the question mark of the address, as state: seen at once, written to the address a moment later.

import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { createContext, type ReactNode, startTransition, useCallback, useContext, useMemo, useOptimistic } from "react";
import { type Changes, changedSearch, type Params, type Values, valuesIn } from "./address-params";
import { currentSearch, type Entry, sendSearch } from "./address-writer";

interface Writing {
  /** A change can be gone back from, or takes the place of the one before. */
  entry: Entry;
  /** The page itself is read anew, not only what its views ask for. */
  rereads: boolean;
}

interface Address {
  search: string;
  write: (change: (search: string) => string, how: Writing) => void;
}

const Context = createContext<Address | null>(null);

export function AddressProvider({ children }: Readonly<{ children: ReactNode }>) {
  const pathname = usePathname();
  const router = useRouter();
  const [search, expect] = useOptimistic(useSearchParams().toString());
  const write = useCallback(
    (change: (search: string) => string, { entry, rereads }: Writing) => {
      const next = change(currentSearch());
      startTransition(async () => {
        expect(next);
        if (rereads) router.push(addressOf(pathname, next), { scroll: false });
        else await sendSearch(addressOf(pathname, next), entry);
      });
    },
    [expect, pathname, router],
  );
  const address = useMemo(() => ({ search, write }), [search, write]);
  return <Context value={address}>{children}</Context>;
}

function addressOf(pathname: string, search: string): string {
  return search === "" ? pathname : `${pathname}?${search}`;
}

const inPlace: Writing = { entry: "replace", rereads: false };

/** The values of these parameters, and a way to change some of them. `params` must be the same object at each render. */
export function useAddress<P extends Params>(
  params: P,
  how: Partial<Writing> = inPlace,
): [Values<P>, (changes: Changes<P>) => void] {
  const address = useContext(Context);
  if (address === null) throw new Error("parameters of the address outside of the console's layout");
  const { search, write } = address;
  const { entry, rereads } = { ...inPlace, ...how };
  const values = useMemo(() => valuesIn(params, new URLSearchParams(search)), [params, search]);
  const change = useCallback(
    (changes: Changes<P>) => write((before) => changedSearch(before, params, changes), { entry, rereads }),
    [write, params, entry, rereads],
  );
  return [values, change];
}
