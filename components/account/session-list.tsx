import { Time } from "@/components/data/time";
import { Mark } from "@/components/ui/mark";
import type { SessionView } from "@/server/account/sessions";
import { browserOf } from "./browser-name";
import { DoorForm } from "./door-form";
import type { DoorAction } from "./door-state";

interface ListProps {
  sessions: readonly SessionView[];
  end: DoorAction;
  endOthers: DoorAction;
}

export function SessionList({ sessions, end, endOthers }: Readonly<ListProps>) {
  return (
    <>
      <ul className="mb-3">
        {sessions.map((session) => (
          <li
            key={session.session_id}
            className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line py-2"
          >
            <span className="min-w-0 flex-1 basis-60">
              <span className="block font-medium">{browserOf(session.user_agent)}</span>
              <span className="block text-muted text-xs">
                {session.ip_address ?? "unknown address"}, since <Time at={session.created_at} />, last seen{" "}
                <Time at={session.last_seen_at} />
              </span>
            </span>
            {session.current ? (
              <Mark tone="accent">This one</Mark>
            ) : (
              <DoorForm action={end} submit="End" variant="secondary" size="small">
                {() => <input type="hidden" name="session_id" value={session.session_id} />}
              </DoorForm>
            )}
          </li>
        ))}
      </ul>
      {sessions.length > 1 ? <DoorForm action={endOthers} submit="End all others" variant="secondary" /> : null}
    </>
  );
}
