"use client";

import { useQuery } from "@tanstack/react-query";
import { Facts } from "@/components/data/facts";
import { count, words } from "@/components/data/format";
import { QueryView } from "@/components/data/query-view";
import { Time } from "@/components/data/time";
import type { ServerAction } from "@/components/data/use-action";
import { useMay } from "@/components/shell/session";
import { TopicPage } from "@/components/shell/topic-page";
import { CopyButton } from "@/components/ui/copy";
import { Section } from "@/components/ui/section";
import { Skeleton } from "@/components/ui/skeleton";
import { getAccount } from "@/server/account/contract";
import type { Account } from "@/server/account/wire";
import { api } from "@/server/platform/http/client";
import { getSettings } from "@/server/policies/contract";
import type { AccountSettings } from "@/server/policies/wire";
import { PriceTable } from "./price-table";
import { SettingsForm } from "./settings-form";

interface SettingsProps {
  save: ServerAction<AccountSettings>;
  zones: readonly string[];
}

/** Account › Account Management: the tenant, what its gate goes by, and its prices. */
export function SettingsView({ save, zones }: Readonly<SettingsProps>) {
  const account = useQuery(api.query(getAccount, {}));
  const settings = useQuery(api.query(getSettings, {}));
  const mayManage = useMay("account:manage");
  return (
    <TopicPage topic="ACC-SET-MGT">
      <div className="flex max-w-3xl flex-col gap-10 px-4 py-5">
        <Section title="Tenant">
          <QueryView query={account} skeleton={<Skeleton className="h-36" />}>
            {({ entity }) => <Tenant account={entity} />}
          </QueryView>
        </Section>
        <Section title="Settings">
          <QueryView query={settings} skeleton={<Skeleton className="h-96" />}>
            {(current) => (
              // A new version is a new form: it begins with what holds now.
              <SettingsForm
                key={current.version}
                settings={current}
                zones={zones}
                save={save}
                isReadOnly={!mayManage}
              />
            )}
          </QueryView>
        </Section>
        <Section title="Prices" id="prices">
          <PriceTable />
        </Section>
      </div>
    </TopicPage>
  );
}

function Tenant({ account }: Readonly<{ account: Account }>) {
  const { members } = account;
  const roles = Object.entries(members.by_role).filter(([, number]) => number > 0);
  return (
    <Facts
      items={[
        { label: "Name", value: account.name },
        {
          label: "Tenant id",
          value: (
            <span className="flex items-center gap-1">
              <code className="break-all text-xs">{account.tenant_id}</code>
              <CopyButton value={account.tenant_id} label="Copy the tenant's id" />
            </span>
          ),
        },
        { label: "Status", value: words(account.status) },
        { label: "Since", value: <Time at={account.created_at} mode="exact" /> },
        { label: "Members", value: roles.map(([role, number]) => `${count(number)} ${role}`).join(", ") || "none" },
        { label: "Invited", value: count(members.invited) },
        ...(account.active_api_keys === null
          ? []
          : [{ label: "Keys that work", value: count(account.active_api_keys) }]),
        { label: "Agents seen", value: count(account.agents) },
      ]}
    />
  );
}
