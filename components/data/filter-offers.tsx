import { classes } from "@/components/ui/classes";
import type { Suggestion } from "./filter-suggestions";

interface FilterOffersProps {
  id: string;
  offers: readonly Suggestion[];
  active: number;
  onTake: (suggestion: Suggestion) => void;
}

/** What may be written next; what is taken goes by a pointer here and by keys in the text. */
export function FilterOffers({ id, offers, active, onTake }: FilterOffersProps) {
  return (
    <div
      id={id}
      role="listbox"
      aria-label="Filters to choose from"
      className={classes(
        "absolute top-8 left-0 z-20 max-h-80 w-72 max-w-[80vw] overflow-y-auto rounded-lg bg-raised p-1 shadow-floating",
        offers.length === 0 && "hidden",
      )}
    >
      {offers.map((offer, index) => (
        <div
          key={offer.insert}
          id={`${id}-${index}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === active}
          // Before the input loses its focus and the list with it.
          onPointerDown={(event) => {
            event.preventDefault();
            onTake(offer);
          }}
          className={classes(
            "flex h-7 cursor-default items-center gap-3 rounded-md px-2 text-sm hover:bg-hover",
            index === active && "bg-hover",
          )}
        >
          <span className={classes("truncate", !offer.isWhole && "font-mono text-xs")}>{offer.label}</span>
          <span className="ml-auto truncate text-muted text-xs">{offer.hint}</span>
        </div>
      ))}
    </div>
  );
}
