// What an item comes to in a world: pure, and the only way in which a run changes after its start.

import { reduceFreeze } from "./frozen";
import type { Item } from "./item";
import { reduceCancel, reduceComplete, reduceHeartbeat, reduceRelease } from "./lifecycle";
import type { Outcome } from "./post";
import { reduceStep } from "./step";
import { reduceSweep } from "./sweep";
import type { World } from "./world";

/** Changes nothing by itself: `enter` does. Throws a Problem when the item is refused and nothing is to be written. */
export function reduce(world: World, item: Item): Outcome {
  switch (item.kind) {
    case "step":
      return reduceStep(world, item);
    case "heartbeat":
      return reduceHeartbeat(world, item);
    case "complete":
      return reduceComplete(world, item);
    case "cancel":
      return reduceCancel(world, item);
    case "release":
      return reduceRelease(world, item);
    case "sweep":
      return reduceSweep(world, item);
    case "freeze":
      return reduceFreeze(world, item);
  }
}
