// PostgreSQL refuses to run as root, so under root it runs as another user. That user must be able to enter every folder
// on the way to its binaries and its data, which a clone under a home of mode 700 does not allow.

import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";

export type DatabaseUser = { uid: number; gid: number };

/** Whom the database runs as: null is the process's own user, which is right whenever that is not root. */
export function databaseUser(existingData: string): DatabaseUser | null {
  if (process.getuid?.() !== 0) return null;
  const owner = statSync(existingData, { throwIfNoEntry: false });
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return accountOf("postgres") ?? accountOf("holdpoint") ?? createAccount();
}

/** Whether `user` may enter `folder`, asked of the system itself so that ACLs and mount options count. */
export function mayEnter(user: DatabaseUser | null, folder: string): boolean {
  if (user === null) return true;
  const answer = spawnSync("/bin/sh", ["-c", 'cd "$0"', folder], { ...user, cwd: "/", stdio: "ignore" });
  if (answer.error) throw answer.error;
  return answer.status === 0;
}

/** The user of that name in the password file, unless it is root. */
export function accountOf(name: string): DatabaseUser | null {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(":") ?? [];
  return uid === undefined || gid === undefined || uid === "0" ? null : { uid: Number(uid), gid: Number(gid) };
}

function createAccount(): DatabaseUser {
  const attempts: [string, string[]][] = [
    ["useradd", ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", "holdpoint"]],
    ["adduser", ["-S", "-D", "-H", "holdpoint"]],
  ];
  for (const [command, args] of attempts) {
    try {
      execFileSync(command, args, { stdio: "ignore" });
      const made = accountOf("holdpoint");
      if (made !== null) return made;
    } catch {}
  }
  throw new Error(
    "PostgreSQL does not run as root, and no other user could be made for it. Run Holdpoint as another user, add a " +
      'system user "holdpoint", or set DATABASE_URL.',
  );
}
