"use strict";
// Draws /openapi.json: one block an operation. No library, no other host.

const make = (name, text, parent) => {
  const element = document.createElement(name);
  if (text !== undefined) element.textContent = text;
  if (parent) parent.append(element);
  return element;
};

const sample = (schema, all, depth = 0) => {
  if (!schema || depth > 6) return null;
  if (schema.$ref) return sample(all[schema.$ref.split("/").pop()], all, depth + 1);
  if (schema.examples) return schema.examples[0];
  if (schema.anyOf) return sample(schema.anyOf[0], all, depth + 1);
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[schema.enum.length > 1 ? 1 : 0];
  if (schema.type === "array") return [sample(schema.items, all, depth + 1)];
  if (schema.type === "object") {
    return Object.fromEntries(Object.entries(schema.properties || {}).map(([key, value]) => [key, sample(value, all, depth + 1)]));
  }
  if (schema.format === "date-time") return "2030-03-05T23:00:00Z";
  return { integer: 1, number: 0.5, boolean: true }[schema.type] ?? schema.title ?? "text";
};

const block = (path, method, operation, schemas) => {
  const details = make("details");
  details.dataset.words = `${path} ${method} ${operation.summary} ${operation.operationId}`.toLowerCase();
  const summary = make("summary", undefined, details);
  make("b", method.toUpperCase(), summary);
  make("code", path, summary);
  summary.append(` ${operation.summary || ""}`);
  make("p", operation.description || "", details);
  if (operation.parameters) {
    const table = make("table", undefined, details);
    for (const parameter of operation.parameters) {
      const row = make("tr", undefined, table);
      make("td", `${parameter.name} (${parameter.in}${parameter.required ? ", required" : ""})`, row);
      make("td", parameter.description || "", row);
    }
  }
  const body = operation.requestBody?.content["application/json"];
  if (body) {
    make("h4", "Body", details);
    make("pre", JSON.stringify(body.example ?? sample(body.schema, schemas), null, 2), details);
  }
  for (const [status, answer] of Object.entries(operation.responses)) {
    const content = answer.content?.["application/json"];
    if (content && status < "300") {
      make("h4", `Answer ${status}`, details);
      make("pre", JSON.stringify(sample(content.schema, schemas), null, 2), details);
    }
  }
  make("h4", "Refusals", details);
  const table = make("table", undefined, details);
  for (const [status, answer] of Object.entries(operation.responses)) {
    if (status < "400") continue;
    const row = make("tr", undefined, table);
    make("td", status, row);
    make("td", answer.description, row);
  }
  return details;
};

const draw = (api) => {
  document.getElementById("intro").textContent = api.info.description;
  const main = document.getElementById("operations");
  const groups = new Map();
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      const tag = (operation.tags || ["other"])[0];
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(block(path, method, operation, api.components.schemas));
    }
  }
  // What a receiver hears stands beside how receivers are kept.
  for (const [kind, methods] of Object.entries(api.webhooks || {})) {
    groups.get("webhooks").push(block(kind, "told", methods.post, api.components.schemas));
  }
  for (const [tag, blocks] of groups) {
    const section = make("section", undefined, main);
    make("h2", tag, section);
    section.append(...blocks);
  }
  document.getElementById("find").addEventListener("input", (event) => {
    const wanted = event.target.value.toLowerCase();
    for (const each of document.querySelectorAll("details")) each.hidden = !each.dataset.words.includes(wanted);
  });
};

fetch("/openapi.json").then((answer) => answer.json()).then(draw).catch(() => {
  document.getElementById("intro").textContent = "The API document could not be read.";
});
