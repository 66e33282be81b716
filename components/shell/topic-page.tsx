"use client";

import type { ReactNode } from "react";
import { classes, panelWidth } from "@/components/ui/classes";
import { Link } from "@/components/ui/link";
import { ForbiddenState } from "@/components/ui/states";
import { useSession } from "./session";
import { hrefOf, shownTopics, type TopicId, topicOf } from "./topics";

interface TopicPageProps {
  topic: TopicId;
  /** Beside the title: what one can do here. */
  actions?: ReactNode;
  /** Open beside the content: a side panel. */
  aside?: ReactNode;
  children: ReactNode;
}

/** One topic: breadcrumb, title, definition, tabs of its neighbours, and its panels. */
export function TopicPage({ topic: id, actions, aside, children }: Readonly<TopicPageProps>) {
  const topic = topicOf(id);
  const { permissions } = useSession();
  return (
    <div className="flex h-full min-h-0">
      <div className="flex min-w-0 flex-1 flex-col">
        <header className="flex flex-wrap items-end gap-x-4 gap-y-2 px-4 pt-3">
          <div className="min-w-0 flex-1">
            <p className="text-muted text-xs">
              {topic.domain} › {topic.subdomain}
            </p>
            <h1 className="font-semibold text-xl">{topic.name}</h1>
            <p className="text-muted max-sm:hidden">{topic.definition}</p>
          </div>
          {actions ? <div className="flex flex-wrap items-center gap-2">{actions}</div> : null}
        </header>
        <TopicTabs current={id} />
        <div className="flex min-h-0 flex-1 flex-col">
          {permissions.includes(topic.permission) ? children : <ForbiddenState permission={topic.permission} />}
        </div>
      </div>
      {aside ? <div aria-hidden className={classes("hidden shrink-0 xl:block", panelWidth)} /> : null}
      {aside}
    </div>
  );
}

function TopicTabs({ current }: Readonly<{ current: TopicId }>) {
  const { domain } = topicOf(current);
  const { permissions } = useSession();
  const tabs = shownTopics.filter((topic) => topic.domain === domain && permissions.includes(topic.permission));
  return (
    <nav aria-label={`Topics of ${domain}`} className="flex gap-5 overflow-x-auto border-b border-line px-4 pt-2">
      {tabs.map((topic) => (
        <Link
          key={topic.id}
          href={hrefOf(topic)}
          aria-current={topic.id === current ? "page" : undefined}
          className={classes(
            "-mb-px shrink-0 border-b-2 py-2",
            topic.id === current ? "border-accent font-medium" : "border-transparent text-muted hover:text-ink",
          )}
        >
          {topic.name}
        </Link>
      ))}
    </nav>
  );
}
