// The script of the page /docs. Each form shows what its request gets, in place of a navigation: the status, the header
// fields and the content. A stream is shown as it comes. The samples name this gateway's own address, as page.js tells it.
"use strict";
const sampleOrigin = "http://127.0.0.1:8080";

for (const sample of document.querySelectorAll(".sample")) {
  sample.textContent = sample.textContent.replaceAll(sampleOrigin, shellOrigin);
}
for (const form of document.querySelectorAll("form.try")) prepare(form);

function prepare(form) {
  let running = null;
  const stop = form.querySelector(".stop");
  for (const field of form.elements) field.disabled = false;
  stop.addEventListener("click", () => running?.abort());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    running?.abort();
    const mine = running = new AbortController();
    stop.hidden = false;
    await run(form, mine.signal);
    if (running === mine) stop.hidden = true;
  });
}

function requestOf(form) {
  let path = form.dataset.path;
  const query = [], headers = { Accept: "application/json, text/event-stream;q=0.9, */*;q=0.1" };
  for (const field of form.elements) {
    if (!field.dataset.place || field.value === "") continue;
    const value = encodeURIComponent(field.value).replaceAll("%2C", ",");
    if (field.dataset.place === "path") path = path.replace("{" + field.name + "}", value);
    else if (field.dataset.place === "query") query.push(field.name + "=" + value);
    else headers[field.name] = field.value;
  }
  return { target: query.length ? path + "?" + query.join("&") : path, headers };
}

async function run(form, signal) {
  const result = form.querySelector("output");
  const { target, headers } = requestOf(form);
  const pre = document.createElement("pre");
  const write = (text) => { pre.append(text); };
  // Only the status is announced: the content can be long.
  result.setAttribute("aria-live", "off");
  result.replaceChildren(pre);
  result.hidden = false;
  write("GET " + target + "\n");
  try {
    const answer = await fetch(target, { headers, signal, cache: "no-store", redirect: "follow" });
    write(answer.status + " " + answer.statusText + "\n");
    document.getElementById("news").textContent = "GET " + target + ": " + answer.status + " " + answer.statusText;
    for (const [name, value] of answer.headers) write(name + ": " + value + "\n");
    write("\n");
    await writeContent(answer, write);
  } catch (error) {
    write(signal.aborted ? "\n(stopped)\n" : "The gateway gave no answer: " + error.message + "\n");
  }
}

async function writeContent(answer, write) {
  const type = (answer.headers.get("content-type") ?? "").split(";")[0];
  if (type.endsWith("json")) return write(JSON.stringify(await answer.json(), null, 2));
  if (!answer.body) return;
  const pieces = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let piece = await pieces.read(); !piece.done; piece = await pieces.read()) write(piece.value);
}
