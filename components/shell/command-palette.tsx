"use client";

import { Command } from "cmdk";
import { usePathname, useRouter, useSearchParams } from "next/navigation";
import { Dialog } from "@/components/ui/dialog";
import { Kbd } from "@/components/ui/kbd";
import { useToast } from "@/components/ui/toast";
import { apiAddressOf } from "./api-address";
import { useOfferedActions } from "./palette-actions";
import { chooseTheme, themes } from "./preferences";
import { recentPages } from "./recent";
import { useSession } from "./session";
import { hrefOf, shownTopics } from "./topics";

interface Entry {
  id: string;
  label: string;
  words?: string;
  shortcut?: string | undefined;
  reason?: string | null | undefined;
  run(): void;
}

/** Goes to places and does what the page offers. Everything here is also reachable by a visible control. */
export function CommandPalette({ onClose, onKeys }: Readonly<{ onClose(): void; onKeys(): void }>) {
  const places = usePlaces();
  const page = usePageEntries(onKeys);
  const actions = useOfferedActions();
  const recent = useRecent();
  const groups = [
    { heading: "On this page", entries: actions.map((action): Entry => action) },
    { heading: "Recent", entries: recent },
    { heading: "Go to", entries: places },
    { heading: "This page", entries: page },
  ];
  return (
    <Dialog open onOpenChange={(open) => open || onClose()} title="Go to or do" size="normal">
      <Command label="Go to or do" loop>
        <Command.Input
          autoFocus
          placeholder="A topic, a run's id, an action …"
          className="mb-2 h-9 w-full rounded-md border border-strong bg-page px-3 outline-none focus-visible:border-accent"
        />
        <Command.List className="max-h-[50vh] overflow-y-auto">
          <Command.Empty className="px-2 py-4 text-muted">Nothing by that name.</Command.Empty>
          {groups.map(({ heading, entries }) =>
            entries.length === 0 ? null : (
              <Command.Group
                key={heading}
                heading={heading}
                className="pb-2 [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-muted [&_[cmdk-group-heading]]:text-xs"
              >
                {entries.map((entry) => (
                  <Row key={entry.id} entry={entry} onDone={onClose} />
                ))}
              </Command.Group>
            ),
          )}
        </Command.List>
      </Command>
    </Dialog>
  );
}

function Row({ entry, onDone }: Readonly<{ entry: Entry; onDone(): void }>) {
  const isOff = Boolean(entry.reason);
  return (
    <Command.Item
      value={entry.id}
      keywords={[entry.label, entry.words ?? ""]}
      disabled={isOff}
      onSelect={() => {
        onDone();
        entry.run();
      }}
      className="flex min-h-8 cursor-default items-center gap-3 rounded-md px-2 py-1 aria-selected:bg-hover data-[disabled=true]:text-faint"
    >
      <span className="min-w-0 flex-1">
        {entry.label}
        {isOff ? <span className="block text-xs">{entry.reason}</span> : null}
      </span>
      {entry.shortcut ? <Kbd>{entry.shortcut}</Kbd> : null}
    </Command.Item>
  );
}

function usePlaces(): Entry[] {
  const router = useRouter();
  const { permissions } = useSession();
  const topics = shownTopics.filter((topic) => permissions.includes(topic.permission));
  return topics.map((topic) => ({
    id: topic.id,
    label: `${topic.domain} › ${topic.name}`,
    words: `${topic.subdomain} ${topic.also ?? ""}`,
    shortcut: `G ${topic.key?.toUpperCase()}`,
    run: () => router.push(hrefOf(topic)),
  }));
}

function useRecent(): Entry[] {
  const router = useRouter();
  const here = usePathname();
  return recentPages(useSession())
    .filter(({ href }) => href !== here)
    .map(({ href, title }) => ({ id: `recent ${href}`, label: title, run: () => router.push(href) }));
}

function usePageEntries(onKeys: () => void): Entry[] {
  const pathname = usePathname();
  const search = useSearchParams();
  const toast = useToast();
  const address = apiAddressOf(pathname, search);
  const copy = async (text: string, what: string) => {
    await navigator.clipboard.writeText(text);
    toast({ title: `${what} copied` });
  };
  return [
    { id: "copy-link", label: "Copy link", run: () => void copy(window.location.href, "Link") },
    ...(address === null
      ? []
      : [
          {
            id: "open-api",
            label: "Open in API",
            words: "json rest",
            run: () => void window.open(address, "_blank", "noopener"),
          },
        ]),
    { id: "keys", label: "Keyboard map", shortcut: "?", run: onKeys },
    ...themes.map((theme) => ({ id: `theme ${theme}`, label: `Theme: ${theme}`, run: () => chooseTheme(theme) })),
  ];
}
