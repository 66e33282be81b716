import { asOneOf, asText } from "@/components/data/address-params";
import { roles } from "@/db/vocabulary";

const memberStatuses = ["active", "suspended", "invited", "expired"] as const;
const memberSorts = ["created_at", "-created_at", "name", "-name", "email", "-email", "role", "-role"] as const;

export const memberSearch = {
  status: asOneOf(memberStatuses),
  role: asOneOf(roles),
  q: asText,
  sort: asOneOf(memberSorts),
};

interface MemberState {
  status: (typeof memberStatuses)[number] | null;
  role: (typeof roles)[number] | null;
  q: string | null;
  sort: (typeof memberSorts)[number] | null;
}

/** The list's query, for the page that reads ahead and for the view. */
export function memberQuery({ status, role, q, sort }: MemberState) {
  return {
    ...(status === null ? {} : { status }),
    ...(role === null ? {} : { role }),
    ...(q === null || q.trim() === "" ? {} : { q }),
    ...(sort === null ? {} : { sort }),
  };
}
