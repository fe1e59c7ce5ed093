// Sends what stands behind # together with the form. The address forgets it at once, and so does the browser's history.
"use strict";

const form = document.querySelector("form");
const told = document.querySelector("#told");
const button = form.querySelector("button");
const token = location.hash.slice(1);
history.replaceState(null, "", location.pathname);

async function send(fields) {
  const request = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ token, ...fields }) };
  const answer = await fetch(form.dataset.to, request);
  if (answer.ok) {
    form.remove();
    told.textContent = form.dataset.done;
    return;
  }
  const problem = await answer.json();
  told.textContent = `${problem.detail}. ${problem.remedy}.`;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { again, ...fields } = Object.fromEntries(new FormData(form));
  if (fields.password !== again) {
    told.textContent = "The two passwords are not the same; type them again.";
    return;
  }
  told.textContent = "";
  button.disabled = true;
  try {
    await send(fields);
  } catch {
    told.textContent = "Salesbridge does not answer; try again.";
  } finally {
    button.disabled = false;
  }
});

if (token === "") {
  told.textContent = "This link is not whole: what stands behind # is missing. Open it again as it was given to you.";
} else {
  button.disabled = false;
}
