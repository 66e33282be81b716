import type { Metadata } from "next";
import { saveSettings } from "@/app/(console)/account/actions";
import { Prefetched, read } from "@/app/prefetched";
import { SettingsView } from "@/components/account/settings-view";
import { getAccount } from "@/server/account/contract";
import { getPrices, getSettings } from "@/server/policies/contract";

export const metadata: Metadata = { title: "Account management" };

export default function AccountManagementPage() {
  return (
    <Prefetched reads={[read(getAccount, {}), read(getSettings, {}), read(getPrices, {})]}>
      <SettingsView save={saveSettings} zones={Intl.supportedValuesOf("timeZone")} />
    </Prefetched>
  );
}
