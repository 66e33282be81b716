import type { MenuItem } from "@/components/ui/menu";
import type { Member } from "@/server/account/wire";
import type { MemberDeed } from "./member-dialog";

/** What may be done to one row. The server has the last word; its reasons show in the dialog. */
export function menuOf(member: Member, choose: (deed: MemberDeed) => void): MenuItem[] {
  if (member.kind === "invitation") {
    return [
      {
        id: "revoke",
        label: "Revoke the invitation",
        danger: true,
        onSelect: () => choose({ kind: "remove", member }),
      },
    ];
  }
  const reason = member.is_self ? "This is your own seat." : null;
  const off = { disabled: member.is_self, reason };
  return [
    { id: "role", label: "Change role", ...off, onSelect: () => choose({ kind: "role", member }) },
    { id: "end", label: "Set an end", ...off, onSelect: () => choose({ kind: "end", member }) },
    member.status === "suspended"
      ? { id: "activate", label: "Activate", ...off, onSelect: () => choose({ kind: "activate", member }) }
      : { id: "suspend", label: "Suspend", ...off, danger: true, onSelect: () => choose({ kind: "suspend", member }) },
    {
      id: "remove",
      label: member.is_self ? "Leave" : "Remove",
      danger: true,
      onSelect: () => choose({ kind: "remove", member }),
    },
  ];
}
