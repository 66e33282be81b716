"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { UserPlus } from "lucide-react";
import { useState } from "react";
import { useAddress } from "@/components/data/address";
import { type Column, DataTable, type More, type Total } from "@/components/data/data-table";
import { FilterBar } from "@/components/data/filter-bar";
import { words } from "@/components/data/format";
import { ListView } from "@/components/data/query-view";
import { Time } from "@/components/data/time";
import type { ServerAction } from "@/components/data/use-action";
import { useMay } from "@/components/shell/session";
import { TopicPage } from "@/components/shell/topic-page";
import { Button } from "@/components/ui/button";
import { Mark } from "@/components/ui/mark";
import { onDemand } from "@/components/ui/on-demand";
import { EmptyState } from "@/components/ui/states";
import { roles } from "@/db/vocabulary";
import { listUsers } from "@/server/account/contract";
import type { IssuedInvitation, Member } from "@/server/account/wire";
import { api } from "@/server/platform/http/client";
import type { MemberDeed } from "./member-dialog";
import { menuOf } from "./member-menu";
import { statusTone } from "./member-words";
import { memberQuery, memberSearch } from "./search-params";

// Loaded when one is opened.
const MemberDialog = onDemand(async () => (await import("./member-dialog")).MemberDialog);
const InviteDialog = onDemand(async () => (await import("./invite-dialog")).InviteDialog);

export interface MemberActions {
  invite: ServerAction<IssuedInvitation>;
  change: ServerAction<Member>;
  remove: ServerAction<{ user_id: string; removed: true }>;
}

const filters = [
  {
    key: "status",
    label: "Status",
    options: ["active", "suspended", "invited", "expired"].map((value) => ({ value, label: words(value) })),
  },
  { key: "role", label: "Role", options: roles.map((value) => ({ value, label: words(value) })) },
  { key: "q", label: "Name or email", free: true },
];

/** Account › Members: who sits here, who is invited. */
export function MembersView(actions: Readonly<MemberActions>) {
  const [isInviting, setInviting] = useState(false);
  const [deed, setDeed] = useState<MemberDeed | null>(null);
  const mayManage = useMay("members:manage");
  const inviteButton = (
    <Button variant="primary" icon={<UserPlus />} onClick={() => setInviting(true)}>
      Invite
    </Button>
  );
  return (
    <TopicPage topic="ACC-TM-MEM" actions={mayManage ? inviteButton : null}>
      <MemberList onDeed={mayManage ? setDeed : null} />
      {isInviting ? <InviteDialog open onOpenChange={setInviting} action={actions.invite} /> : null}
      {deed === null ? null : <MemberDialog deed={deed} actions={actions} onClose={() => setDeed(null)} />}
    </TopicPage>
  );
}

function MemberList({ onDeed }: Readonly<{ onDeed: ((deed: MemberDeed) => void) | null }>) {
  const [search, setSearch] = useAddress(memberSearch);
  const list = useInfiniteQuery(api.pages(listUsers, { query: memberQuery(search) }));
  const { status, role, q } = search;
  const set = Object.entries({ status, role, q }).filter(([, one]) => one !== null);
  const value = Object.fromEntries(set.map(([key, one]) => [key, [String(one)]]));
  const table = (rows: Member[], total: Total, more: More) => (
    <DataTable
      label="Members and invitations"
      columns={columns}
      rows={rows}
      rowId={(row) => row.user_id}
      total={total}
      more={more}
      sort={search.sort ?? "created_at"}
      onSort={(sort) => setSearch({ sort: memberSearch.sort.parse(sort) })}
      {...(onDeed === null ? {} : { rowMenu: (row: Member) => menuOf(row, onDeed) })}
    />
  );
  return (
    <>
      {/* The line under the tabs is the bar's own, as there are no figures between them. */}
      <div className="-mt-px">
        <FilterBar
          filters={filters}
          value={value}
          placeholder="Filter members"
          onChange={(next) => setSearch(memberSearchOf(next))}
        />
      </div>
      <ListView
        list={list}
        isFiltered={set.length > 0}
        onClear={() => setSearch({ status: null, role: null, q: null })}
        firstUse={<EmptyState title="Nobody yet">Invite the people who watch over your agents.</EmptyState>}
        table={table}
      />
    </>
  );
}

function memberSearchOf(value: Readonly<Record<string, readonly string[]>>) {
  return {
    status: memberSearch.status.parse(value.status?.at(-1) ?? ""),
    role: memberSearch.role.parse(value.role?.at(-1) ?? ""),
    q: value.q?.join(" ") ?? null,
  };
}

const columns: readonly Column<Member>[] = [
  { id: "name", header: "Name", sort: "name", grow: true, cell: (row) => <Who member={row} /> },
  { id: "role", header: "Role", sort: "role", width: 110, cell: (row) => words(row.role) },
  {
    id: "status",
    header: "Status",
    width: 120,
    cell: (row) => (
      <Mark tone={statusTone[row.status]} quiet={row.status !== "suspended"}>
        {words(row.status)}
      </Mark>
    ),
  },
  {
    id: "factor",
    header: "Second factor",
    width: 120,
    hideBelow: "lg",
    cell: ({ two_factor }) => (two_factor === null ? "–" : two_factor ? "On" : "Off"),
  },
  {
    id: "seen",
    header: "Last seen",
    width: 150,
    hideBelow: "md",
    cell: ({ last_seen_at }) => (last_seen_at === null ? "–" : <Time at={last_seen_at} />),
  },
  {
    id: "ends",
    header: "Ends",
    width: 150,
    hideBelow: "lg",
    cell: (row) => <Ends member={row} />,
  },
  {
    id: "since",
    header: "Since",
    sort: "created_at",
    width: 150,
    hideBelow: "xl",
    cell: (row) => <Time at={row.created_at} />,
  },
];

function Who({ member: { name, email, is_self } }: Readonly<{ member: Member }>) {
  return (
    <span className="flex min-w-0 items-baseline gap-2">
      <span className="truncate font-medium">{name ?? email}</span>
      {name === null ? null : <span className="truncate text-muted max-sm:hidden">{email}</span>}
      {is_self ? <span className="text-muted text-xs">you</span> : null}
    </span>
  );
}

function Ends({ member: { expires_at, invitation_expires_at } }: Readonly<{ member: Member }>) {
  const at = invitation_expires_at ?? expires_at;
  return at === null ? "–" : <Time at={at} />;
}
