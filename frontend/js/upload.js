// Files and folders by the tus protocol: several at once, paused, resumed and retried, also after the tab was closed.
import { register } from "./lib/activate.js";
import { Area } from "./uploads/area.js";
import { replaceEarlier, showEarlier } from "./uploads/earlier.js";
import { chosen, dropped } from "./uploads/tree.js";

function choosing(input, area, folder) {
  input.addEventListener("change", () => {
    area.take({ folder, parts: chosen(input.files) });
    input.value = "";
  });
}

function dropping(zone, area, folders) {
  for (const kind of ["dragenter", "dragover"]) {
    zone.addEventListener(kind, (event) => {
      event.preventDefault();
      zone.classList.add("is-over");
    });
  }
  for (const kind of ["dragleave", "drop"]) zone.addEventListener(kind, () => zone.classList.remove("is-over"));
  zone.addEventListener("drop", async (event) => {
    event.preventDefault();
    const found = await dropped(event.dataTransfer);
    area.take({ ...found, folder: found.folder && folders });
  });
}

register("[data-upload]", (element) => {
  const area = new Area(element);
  const zone = element.querySelector(".drop-zone");
  const folder = element.querySelector("input[webkitdirectory]");
  choosing(area.input, area, false);
  dropping(zone, area, Boolean(folder));
  if (folder) {
    const press = element.querySelector("[data-upload-folder]");
    press.hidden = !("webkitdirectory" in folder);
    press.addEventListener("click", () => folder.click());
    choosing(folder, area, true);
  }
  const warn = (event) => area.isBusy && event.preventDefault();
  const hurry = () => area.hurry();
  const lost = () => area.lost();
  window.addEventListener("beforeunload", warn);
  window.addEventListener("online", hurry);
  window.addEventListener("offline", lost);
  element.addEventListener("upload", () => replaceEarlier(area));
  showEarlier(area);
  area.changed();
  return () => {
    window.removeEventListener("beforeunload", warn);
    window.removeEventListener("online", hurry);
    window.removeEventListener("offline", lost);
  };
});
