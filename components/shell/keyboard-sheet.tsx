"use client";

import { Dialog } from "@/components/ui/dialog";
import { Kbd } from "@/components/ui/kbd";
import { shownTopics } from "./topics";

const groups = [
  {
    title: "Everywhere",
    keys: [
      ["⌘ K", "Command palette (Ctrl K)"],
      ["?", "This sheet"],
      ["/", "Filter the list"],
      ["Esc", "Close what is open"],
    ],
  },
  {
    title: "In a list",
    keys: [
      ["J", "Next row"],
      ["K", "Previous row"],
      ["Enter", "Open beside the list"],
      ["X", "Select"],
      ["Home", "First row"],
      ["End", "Last row"],
    ],
  },
  {
    title: "On an incident",
    keys: [
      ["A", "Acknowledge"],
      ["E", "Escalate"],
      ["R", "Resolve"],
      ["C", "Comment"],
    ],
  },
] as const;

export function KeyboardSheet({ open, onClose }: Readonly<{ open: boolean; onClose(): void }>) {
  return (
    <Dialog open={open} onOpenChange={(next) => next || onClose()} title="Keyboard" size="wide">
      <div className="grid gap-x-10 gap-y-6 sm:grid-cols-2">
        {groups.map(({ title, keys }) => (
          <KeyList key={title} title={title} keys={keys} />
        ))}
        <KeyList
          title="Go to"
          keys={shownTopics.map(
            (topic) => [`G ${topic.key?.toUpperCase()}`, `${topic.domain} › ${topic.name}`] as const,
          )}
        />
      </div>
    </Dialog>
  );
}

function KeyList({ title, keys }: Readonly<{ title: string; keys: readonly (readonly [string, string])[] }>) {
  return (
    <section>
      <h3 className="mb-1.5 font-medium text-muted text-xs">{title}</h3>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-1">
        {keys.map(([key, what]) => (
          <div key={key} className="col-span-2 grid grid-cols-subgrid items-center">
            <dt className="flex gap-1">
              {key.split(" ").map((part) => (
                <Kbd key={part}>{part}</Kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
