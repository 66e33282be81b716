import { type ComponentType, lazy, Suspense } from "react";

/** A component whose code is fetched when it is first shown. For the top of a module. */
export function onDemand<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  const Loaded = lazy(async () => ({ default: await load() }));
  // biome-ignore lint/correctness/noComponentHookFactories: called once, at the top of a module.
  return function OnDemand(props: P) {
    return (
      <Suspense>
        <Loaded {...props} />
      </Suspense>
    );
  };
}
