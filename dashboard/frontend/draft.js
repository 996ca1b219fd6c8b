// A text field that hands over what is typed while it is being typed: after half a second
// of rest, at the latest every two seconds, and when the field or the page is left. What the
// server has not confirmed stays in this browser, so that neither a lost connection nor a
// reload loses it. Served as a file of our own: the content security policy allows no other.

const REST = 500, AT_MOST = 2000, fields = new WeakMap()
let shown // which field this browser showed last

// The next case opens where the last one was sent, on a phone below its own text.
function fromItsTop(id) {
  const head = document.querySelector(".st-key-case-top")
  if (head && shown !== undefined && shown !== id && head.getBoundingClientRect().top < 0) {
    head.style.scrollMarginTop = "5rem"
    head.scrollIntoView()
  }
  shown = id
}

function stored(name) {
  try { return JSON.parse(localStorage.getItem(name) || "null") } catch { return null }
}

function remember(name, text) {
  try {
    if (text === null) localStorage.removeItem(name)
    else localStorage.setItem(name, JSON.stringify({ text, at: Date.now() }))
  } catch { /* private mode: the server still gets it */ }
}

function status(field) {
  const { area, data, root } = field
  const waiting = area.value !== field.confirmed
  const left = data.limit ? ` · ${[...area.value].length} of ${data.limit} characters` : ""
  root.querySelector(".es-draft-state").textContent =
    (area.value === "" ? "" : waiting ? "keeping …" : "kept") + left
  root.classList.toggle("es-draft-long", Boolean(data.limit) && [...area.value].length > data.limit)
}

function push(field) {
  clearTimeout(field.rest)
  clearTimeout(field.latest)
  field.rest = field.latest = undefined
  if (field.area.value === field.sent) return
  field.sent = field.area.value
  field.api.setStateValue("text", { text: field.sent, version: field.data.version })
}

function typed(field) {
  remember(field.data.store, field.area.value)
  clearTimeout(field.rest)
  field.rest = setTimeout(() => push(field), REST)
  field.latest ??= setTimeout(() => push(field), AT_MOST)
  status(field)
}

// A step that comes while words are on their way waits for them: two messages at once would
// make one run of the page, and the step could be lost or find the words of before.
function later(field, event, step) {
  if (!event.isTrusted || field.area.value === field.confirmed) return false
  event.preventDefault()
  event.stopImmediatePropagation()
  push(field)
  clearTimeout(field.patience)
  field.step = step
  field.patience = setTimeout(() => next(field), AT_MOST)
  return true
}

function next(field) {
  clearTimeout(field.patience)
  const step = field.step
  field.step = undefined
  if (step) setTimeout(step, 0)
}

function begin(root, data, api) {
  const field = { root, area: root.querySelector("textarea"), api, data }
  const { area } = field
  area.oninput = () => typed(field)
  area.onblur = () => push(field)
  area.onkeydown = event => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      if (!later(field, event, () => area.dispatchEvent(new KeyboardEvent("keydown", event))))
        push(field)
    } else if (event.key === "Escape") area.blur()
    else event.stopPropagation()
  }
  field.click = event => {
    const button = event.target.closest?.("button")
    if (button) later(field, event, () => button.isConnected && button.click())
  }
  document.addEventListener("click", field.click, true)
  field.leave = () => push(field)
  addEventListener("pagehide", field.leave)
  document.addEventListener("visibilitychange", field.leave)
  fields.set(root, field)
  return field
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".es-draft")
  if (!root) return
  const api = { setStateValue }
  const known = fields.get(root)
  const field = known ?? begin(root, data, api)
  const { area } = field
  const other = !known || field.data.id !== data.id || field.data.put !== data.put
  if (known && field.data.id !== data.id && area.value !== field.confirmed) push(field)
  if (!known) fromItsTop(data.id)
  field.api = api
  field.data = data
  if (other) {
    const kept = field.put === undefined || field.id !== data.id ? stored(data.store) : null
    area.value = kept && kept.text !== data.text ? kept.text : data.text
    field.sent = data.text
    field.id = data.id
    field.put = data.put
  }
  field.confirmed = data.text
  if (data.stamp > (field.stamp ?? 0)) {
    field.stamp = data.stamp
    const idle = area.value === field.sent && document.activeElement !== area
    if (!other && idle) area.value = field.sent = data.text
  }
  if (area.value === data.text) remember(data.store, null)
  else if (field.rest === undefined && field.sent === data.text) field.rest = setTimeout(() => push(field), REST)
  if (field.step && area.value === data.text) next(field)
  root.querySelector("label").textContent = data.label
  area.setAttribute("aria-label", data.label)
  area.placeholder = data.placeholder
  status(field)
  return () => {
    push(field)
    clearTimeout(field.patience)
    document.removeEventListener("click", field.click, true)
    removeEventListener("pagehide", field.leave)
    document.removeEventListener("visibilitychange", field.leave)
    fields.delete(root)
  }
}
