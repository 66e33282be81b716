import { acceptOne } from "@/server/account/accept-invitation";
import { changeMember, removeOne, replaceRole } from "@/server/account/commands";
import * as contract from "@/server/account/contract";
import { invite } from "@/server/account/invitations";
import { listMembers, showAccount, showMember, showRole } from "@/server/account/queries";
import { type Handled, handle } from "@/server/platform/http/handle";

export const accountHandlers: readonly Handled[] = [
  handle(contract.getAccount, (cx) => showAccount(cx)),
  handle(contract.listUsers, (cx, { query }) => listMembers(cx, query)),
  handle(contract.inviteUser, (cx, { body }) => invite(cx, body)),
  handle(contract.getUser, (cx, { params }) => showMember(cx, params.user_id)),
  handle(contract.changeUser, (cx, { params, body }) => changeMember(cx, params.user_id, body)),
  handle(contract.getRoles, (cx, { params }) => showRole(cx, params.user_id)),
  handle(contract.replaceRoles, (cx, { params, body }) => replaceRole(cx, params.user_id, body.role)),
  handle(contract.removeUser, (cx, { params }) => removeOne(cx, params.user_id)),
  handle(contract.acceptInvitation, (cx, { params, body }) => acceptOne(cx, params.token, body)),
];
