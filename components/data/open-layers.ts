/** Whether a dialog, a menu or a list of suggestions lies above the page: it takes the keys first. A toast does not. */
export function isLayerOpen(): boolean {
  const layers = document.querySelectorAll("[role=dialog], [role=alertdialog], [role=menu], [role=listbox]");
  return [...layers].some((layer) => layer.ariaModal !== "false" && layer.checkVisibility());
}
