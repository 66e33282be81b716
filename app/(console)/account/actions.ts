"use server";

import { changeUser, inviteUser, removeUser, replaceRoles } from "@/server/account/contract";
import { action } from "@/server/endpoints";
import { replaceSettings } from "@/server/policies/contract";

export const invite = action(inviteUser);
export const changeMember = action(changeUser);
export const changeRole = action(replaceRoles);
export const removeMember = action(removeUser);
export const saveSettings = action(replaceSettings);
