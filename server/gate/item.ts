import type { FreezeItem } from "./frozen";
import type { CancelItem, CompleteItem, HeartbeatItem, ReleaseItem } from "./lifecycle";
import type { StepPost } from "./post";
import type { SweepItem } from "./sweep";

/** What a batch decides: everything that changes a run after its start. */
export type Item = StepPost | HeartbeatItem | CompleteItem | CancelItem | ReleaseItem | SweepItem | FreezeItem;
