import type { Metadata } from "next";
import { changeMember, invite, removeMember } from "@/app/(console)/account/actions";
import { Prefetched, pages } from "@/app/prefetched";
import { MembersView } from "@/components/account/members-view";
import { memberQuery, memberSearch } from "@/components/account/search-params";
import { readAddress } from "@/components/data/address-params";
import { listUsers } from "@/server/account/contract";

export const metadata: Metadata = { title: "Members" };

export default async function MembersPage({ searchParams }: PageProps<"/account/members">) {
  const query = memberQuery(await readAddress(memberSearch, searchParams));
  return (
    <Prefetched reads={[pages(listUsers, { query })]}>
      <MembersView invite={invite} change={changeMember} remove={removeMember} />
    </Prefetched>
  );
}
